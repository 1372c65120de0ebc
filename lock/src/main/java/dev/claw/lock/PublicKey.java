package dev.claw.lock;

import dev.claw.model.Digest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * An Ed25519 public key, known by its {@link #keyId}: the digest of its SubjectPublicKeyInfo in
 * DER.
 */
public final class PublicKey {
  private static final String LABEL = "PUBLIC KEY";
  // SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410, section 4).
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");
  private static final int LENGTH = PREFIX.length + 32;
  // The y of each point of order 1, 2, 4 and 8. With such a key the JDK accepts signatures that
  // nobody made; BouncyCastle refuses the key, and so does claw.
  private static final Set<String> SMALL_ORDER =
      Set.of(
          "0000000000000000000000000000000000000000000000000000000000000000",
          "0100000000000000000000000000000000000000000000000000000000000000",
          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");

  private final byte[] der;
  private final java.security.PublicKey key;
  private final Digest keyId;

  private PublicKey(byte[] der, java.security.PublicKey key) {
    this.der = der;
    this.key = key;
    this.keyId = Digest.of(der);
  }

  /**
   * Reads a key in PEM.
   *
   * @param subject what is read, for the error
   * @throws KeyException if it is not one Ed25519 SubjectPublicKeyInfo
   */
  public static PublicKey parse(String subject, byte[] pem) throws KeyException {
    return of(subject, Pem.decode(subject, LABEL, pem));
  }

  static PublicKey of(String subject, byte[] der) throws KeyException {
    if (der.length != LENGTH || !Arrays.equals(der, 0, PREFIX.length, PREFIX, 0, PREFIX.length)) {
      throw new KeyException(
          subject + ": expected an Ed25519 public key, found another; restore the file");
    }
    if (hasSmallOrder(der)) {
      throw new KeyException(
          subject + ": expected an Ed25519 public key, found a point of small order; restore it");
    }
    try {
      java.security.PublicKey key =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
      // The key factory accepts any 32 bytes; only here the JDK looks for the point.
      Signature.getInstance("Ed25519").initVerify(key);
      return new PublicKey(der.clone(), key);
    } catch (GeneralSecurityException e) {
      throw new KeyException(
          subject + ": expected an Ed25519 public key, found no point of it; restore the file", e);
    }
  }

  private static boolean hasSmallOrder(byte[] der) {
    byte[] y = Arrays.copyOfRange(der, PREFIX.length, LENGTH);
    y[31] &= 0x7f; // the sign of x
    return SMALL_ORDER.contains(HexFormat.of().formatHex(y));
  }

  /** The digest of the key's SubjectPublicKeyInfo in DER. */
  public Digest keyId() {
    return keyId;
  }

  /** The key in PEM. */
  public String pem() {
    return Pem.encode(LABEL, der);
  }

  /** Whether the signature is this key's for these bytes; a malformed one is not. */
  public boolean verifies(byte[] signed, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The same, for a signature in Base64; empty where the text is not Base64. */
  Optional<Boolean> verifies(byte[] signed, String base64) {
    return Base64Text.decode(base64).map(signature -> verifies(signed, signature));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && keyId.equals(that.keyId);
  }

  @Override
  public int hashCode() {
    return keyId.hashCode();
  }

  @Override
  public String toString() {
    return keyId.value();
  }
}
