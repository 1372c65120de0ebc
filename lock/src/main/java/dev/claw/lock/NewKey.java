package dev.claw.lock;

import java.io.IOException;
import java.security.SecureRandom;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;

/**
 * Makes keys with BouncyCastle. Loading it costs more than a short command may take, and only
 * {@code claw init} and {@code claw key rotate} make keys.
 */
final class NewKey {
  private NewKey() {}

  /**
   * A new private key as PKCS#8 in PEM. Version 1, without the public half: OpenSSL 3.0 reads no
   * other.
   */
  static String pem(SecureRandom random) throws KeyException {
    byte[] seed = new Ed25519PrivateKeyParameters(random).getEncoded();
    try {
      PrivateKeyInfo key =
          new PrivateKeyInfo(
              new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), new DEROctetString(seed));
      return Pem.encode("PRIVATE KEY", key.getEncoded());
    } catch (IOException e) {
      throw new KeyException("new host key: could not be encoded", e);
    }
  }
}
