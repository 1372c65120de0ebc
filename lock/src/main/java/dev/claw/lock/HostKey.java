package dev.claw.lock;

import dev.claw.model.Digest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The host's private key: what only it can sign, claw believes. It never shows its bytes. */
public final class HostKey {
  private static final String LABEL = "PRIVATE KEY";

  /**
   * A process that has signed so often signs on, and gains by what {@link ManySignatures} costs.
   */
  private static final int MANY = 32;

  private final PrivateKey key;
  private final PublicKey publicKey;
  private final AtomicInteger signed = new AtomicInteger();
  private volatile @Nullable ManySignatures many;

  private HostKey(PrivateKey key, PublicKey publicKey) {
    this.key = key;
    this.publicKey = publicKey;
  }

  /**
   * Reads a key as PKCS#8 in PEM.
   *
   * @param subject what is read, for the error
   * @throws KeyException if it is not one Ed25519 private key
   */
  public static HostKey parse(String subject, byte[] pem) throws KeyException {
    byte[] der = Pem.decode(subject, LABEL, pem);
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
      byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
      return new HostKey(key, publicHalf(seed));
    } catch (GeneralSecurityException e) {
      throw new KeyException(
          subject + ": expected an Ed25519 private key, found another; restore the file", e);
    } finally {
      Arrays.fill(der, (byte) 0);
    }
  }

  // The JDK computes a public key only while it makes a pair, from the seed that it draws.
  private static PublicKey publicHalf(byte[] seed) throws GeneralSecurityException, KeyException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
    generator.initialize(NamedParameterSpec.ED25519, new OneDraw(seed));
    return PublicKey.of("host key", generator.generateKeyPair().getPublic().getEncoded());
  }

  /** The key that verifies what this one signs. */
  public PublicKey publicKey() {
    return publicKey;
  }

  /** The public key's id. */
  public Digest keyId() {
    return publicKey.keyId();
  }

  /** Signs; the same bytes always get the same 64 bytes (RFC 8032). */
  public byte[] sign(byte[] bytes) {
    ManySignatures quick = many;
    if (quick != null) {
      return quick.sign(bytes);
    }
    if (signed.incrementAndGet() == MANY) {
      // Beside, since it takes a while to be ready.
      Thread.ofPlatform().daemon().name("host-key").start(() -> many = ManySignatures.of(key));
    }
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(key);
      signer.update(bytes);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Ed25519 signs any bytes", e);
    }
  }

  /** Whether it signs the quick way by now; see {@link ManySignatures}. */
  boolean signsOften() {
    return many != null;
  }

  @Override
  public String toString() {
    return "private half of " + publicKey;
  }

  private static final class OneDraw extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final byte[] seed;

    OneDraw(byte[] seed) {
      super(null, null);
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      if (bytes.length != seed.length) {
        throw new AssertionError("an Ed25519 seed has 32 bytes");
      }
      System.arraycopy(seed, 0, bytes, 0, seed.length);
    }
  }
}
