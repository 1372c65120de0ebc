package dev.claw.egress;

import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * The authority of one agent, which only that agent trusts: its certificates stand for hosts whose
 * TLS is looked into. Keys are ECDSA on P-256.
 */
public final class AgentAuthority {
  private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);
  private static final Duration LEAF_LIFE = Duration.ofDays(30);

  /** Clocks inside and outside are the same, but programs compare with what they read earlier. */
  private static final Duration BEFORE = Duration.ofHours(1);

  private final X509Certificate certificate;
  private final PrivateKey key;
  private final SecureRandom random;

  /** A certificate for one host with its key. */
  record Leaf(X509Certificate certificate, PrivateKey key) {}

  private AgentAuthority(X509Certificate certificate, PrivateKey key, SecureRandom random) {
    this.certificate = certificate;
    this.key = key;
    this.random = random;
  }

  /** Makes a new authority, valid for ten years. */
  public static AgentAuthority create(AgentName agent, Instant now, SecureRandom random) {
    try {
      KeyPair pair = newKey(random);
      X500Name name =
          new X500NameBuilder(BCStyle.INSTANCE)
              .addRDN(BCStyle.O, "claw")
              .addRDN(BCStyle.CN, "claw egress authority of " + agent)
              .build();
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial(random),
              Date.from(now.minus(BEFORE)),
              Date.from(now.plus(AUTHORITY_LIFE)),
              name,
              pair.getPublic());
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(
              Extension.subjectKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
      return new AgentAuthority(sign(builder, pair.getPrivate()), pair.getPrivate(), random);
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("this JDK can't make an ECDSA certificate", e);
    }
  }

  /**
   * Reads what {@link #certificatePem} and {@link #keyPem} wrote.
   *
   * @throws InvalidValueException if they are no such thing, or do not belong together
   */
  public static AgentAuthority parse(String certificatePem, String keyPem, SecureRandom random)
      throws InvalidValueException {
    try {
      X509Certificate certificate = certificate(pem(certificatePem, "CERTIFICATE"));
      PrivateKey key =
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(pem(keyPem, "PRIVATE KEY")));
      AgentAuthority authority = new AgentAuthority(certificate, key, random);
      // Only the key that belongs to the certificate signs what it verifies.
      authority
          .leaf(new HostName("check.invalid", null), certificate.getNotBefore().toInstant())
          .certificate()
          .verify(certificate.getPublicKey());
      return authority;
    } catch (GeneralSecurityException | IOException | IllegalStateException e) {
      throw new InvalidValueException(
          "expected an authority's certificate and its key as PEM, found something else");
    }
  }

  /** What programs inside must trust. */
  public String certificatePem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalStateException("a certificate that was read can be written", e);
    }
  }

  /** When its certificate ends. */
  public Instant notAfter() {
    return certificate.getNotAfter().toInstant();
  }

  /** The key, PKCS#8; a secret. */
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  X509Certificate certificate() {
    return certificate;
  }

  /** Makes a certificate for one host. Takes milliseconds. */
  Leaf leaf(HostName host, Instant now) {
    try {
      KeyPair pair = newKey(random);
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded()),
              serial(random),
              Date.from(now.minus(BEFORE)),
              Date.from(now.plus(LEAF_LIFE)),
              new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, "claw").build(),
              pair.getPublic());
      int kind = host.isName() ? GeneralName.dNSName : GeneralName.iPAddress;
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate.getPublicKey()))
          .addExtension(
              Extension.subjectAlternativeName,
              true,
              new GeneralNames(new GeneralName(kind, host.text())));
      return new Leaf(sign(builder, key), pair.getPrivate());
    } catch (GeneralSecurityException | CertIOException e) {
      throw new IllegalStateException("this JDK can't make an ECDSA certificate", e);
    }
  }

  private static KeyPair newKey(SecureRandom random) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(127, random).add(BigInteger.ONE);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey with)
      throws GeneralSecurityException {
    try {
      X509CertificateHolder holder =
          builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(with));
      return certificate(holder.getEncoded());
    } catch (OperatorCreationException | IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static X509Certificate certificate(byte[] der) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static byte[] pem(String text, String type) throws IOException {
    try (PemReader reader = new PemReader(new StringReader(text))) {
      PemObject object = reader.readPemObject();
      if (object == null || !object.getType().equals(type)) {
        throw new IOException("no " + type);
      }
      return object.getContent();
    }
  }

  private static String pem(String type, byte[] content) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
