package dev.claw.lock;

import java.security.PrivateKey;
import java.security.interfaces.EdECPrivateKey;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Signs with BouncyCastle: the same bytes as the JDK in a fifteenth of its time, but a tenth of a
 * second passes before the first. For a process that stays.
 */
final class ManySignatures {
  private final Ed25519PrivateKeyParameters key;

  private ManySignatures(Ed25519PrivateKeyParameters key) {
    this.key = key;
  }

  /** Returns when it is quick. */
  static ManySignatures of(PrivateKey key) {
    byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
    ManySignatures ready = new ManySignatures(new Ed25519PrivateKeyParameters(seed));
    ready.sign(new byte[0]);
    return ready;
  }

  byte[] sign(byte[] bytes) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    key.sign(Ed25519.Algorithm.Ed25519, null, bytes, 0, bytes.length, signature, 0);
    return signature;
  }
}
