package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's Ed25519, which claw runs on, against BouncyCastle's and against RFC 8032. */
class Ed25519AgreementTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String PKCS8 = "302e020100300506032b657004220420";
  private static final String SPKI = "302a300506032b6570032100";
  // The order of the base point, RFC 8032, section 5.1.
  private static final BigInteger L =
      BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /** RFC 8032, section 7.1, tests 1 to 3. */
  @ParameterizedTest
  @CsvSource({
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
        + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,'',"
        + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        + "f9b46bd25bf5f0595bbe24655141438e7a100b",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
        + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,"
        + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
        + "f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
        + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,"
        + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
        + "4dc6594a7c15e9716ed28dc027beceea1ec40a"
  })
  void signsAsTheRfcDoes(String seed, String point, String message, String signature)
      throws KeyException {
    HostKey key = hostKey(HEX.parseHex(seed));
    assertThat(key.publicKey()).isEqualTo(publicKey(HEX.parseHex(point)));
    assertThat(HEX.formatHex(key.sign(HEX.parseHex(message)))).isEqualTo(signature);
    assertThat(key.publicKey().verifies(HEX.parseHex(message), HEX.parseHex(signature))).isTrue();
  }

  @Property(tries = 60)
  void bothSignTheSameAndAcceptEachOther(
      @ForAll @Size(32) byte[] seed, @ForAll @Size(max = 300) byte[] message) throws KeyException {
    HostKey ours = hostKey(seed);
    Ed25519PrivateKeyParameters theirs = new Ed25519PrivateKeyParameters(seed, 0);
    Ed25519Signer signer = new Ed25519Signer();
    signer.init(true, theirs);
    signer.update(message, 0, message.length);
    byte[] signature = ours.sign(message);
    assertThat(signer.generateSignature()).isEqualTo(signature);
    assertThat(publicKey(theirs.generatePublicKey().getEncoded())).isEqualTo(ours.publicKey());
    assertBoth(true, theirs, message, signature);
  }

  @Property(tries = 60)
  void neitherAcceptsAFlippedBit(
      @ForAll @Size(32) byte[] seed, @ForAll @IntRange(max = 511) int bit) throws KeyException {
    byte[] message = {1, 2, 3};
    byte[] signature = hostKey(seed).sign(message);
    signature[bit / 8] ^= (byte) (1 << (bit % 8));
    assertBoth(false, new Ed25519PrivateKeyParameters(seed, 0), message, signature);
  }

  @Property(tries = 20)
  void neitherAcceptsAnotherFormOfASignature(@ForAll @Size(32) byte[] seed) throws KeyException {
    Ed25519PrivateKeyParameters key = new Ed25519PrivateKeyParameters(seed, 0);
    byte[] message = {7};
    byte[] good = hostKey(seed).sign(message);
    BigInteger s = number(good, 32);
    // RFC 8032 asks for S < L; S + L satisfies the equation as well.
    assertBoth(false, key, message, with(good, 32, s.add(L)));
    assertBoth(false, key, message, with(good, 32, L));
    assertBoth(false, key, message, Arrays.copyOf(good, 63));
    assertBoth(false, key, message, Arrays.copyOf(good, 65));
    assertBoth(false, key, message, new byte[0]);
    assertBoth(false, key, message, new byte[64]);
    // Encodings of a y that is not below p, and of small order, in the place of R.
    assertBoth(false, key, message, with(good, 0, P));
    assertBoth(false, key, message, with(good, 0, P.add(BigInteger.ONE)));
    assertBoth(false, key, message, with(with(good, 0, BigInteger.ONE), 32, BigInteger.ZERO));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // order 4, 1, 2, 8, 8, each with either sign of x
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        // y = p and p + 1, which are 0 and 1 in another form
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // no point has this y
        "0200000000000000000000000000000000000000000000000000000000000000"
      })
  void keysWithoutAPrivateHalfAreRefused(String point) {
    assertThatThrownBy(() -> new Ed25519PublicKeyParameters(HEX.parseHex(point), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> publicKey(HEX.parseHex(point))).isInstanceOf(KeyException.class);
  }

  @Test
  void keyIdIsTheDigestOfTheSubjectPublicKeyInfo() throws KeyException {
    byte[] der =
        HEX.parseHex(SPKI + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assertThat(PublicKey.of("test", der).keyId()).isEqualTo(Digest.of(der));
  }

  private static void assertBoth(
      boolean expected, Ed25519PrivateKeyParameters key, byte[] message, byte[] signature)
      throws KeyException {
    Ed25519Signer theirs = new Ed25519Signer();
    theirs.init(false, key.generatePublicKey());
    theirs.update(message, 0, message.length);
    assertThat(theirs.verifySignature(signature)).isEqualTo(expected);
    assertThat(publicKey(key.generatePublicKey().getEncoded()).verifies(message, signature))
        .isEqualTo(expected);
  }

  private static BigInteger number(byte[] signature, int from) {
    byte[] bigEndian = new byte[32];
    for (int i = 0; i < 32; i++) {
      bigEndian[31 - i] = signature[from + i];
    }
    return new BigInteger(1, bigEndian);
  }

  private static byte[] with(byte[] signature, int at, BigInteger number) {
    byte[] changed = signature.clone();
    for (int i = 0; i < 32; i++) {
      changed[at + i] = number.shiftRight(8 * i).byteValue();
    }
    return changed;
  }

  static HostKey hostKey(byte[] seed) throws KeyException {
    byte[] der = HEX.parseHex(PKCS8 + HEX.formatHex(seed));
    return HostKey.parse(
        "test", Pem.encode("PRIVATE KEY", der).getBytes(StandardCharsets.US_ASCII));
  }

  private static PublicKey publicKey(byte[] point) throws KeyException {
    return PublicKey.of("test", HEX.parseHex(SPKI + HEX.formatHex(point)));
  }

  @Test
  @Timeout(60)
  void keyThatSignsOftenSignsTheSame() throws KeyException {
    HostKey key = hostKey(new byte[32]);
    byte[] message = {1, 2, 3};
    byte[] first = key.sign(message);
    assertThat(key.signsOften()).isFalse();
    while (!key.signsOften()) {
      assertThat(key.sign(message)).isEqualTo(first);
    }
    assertThat(key.sign(message)).isEqualTo(first);
    assertThat(key.publicKey().verifies(message, key.sign(message))).isTrue();
  }
}
