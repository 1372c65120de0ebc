package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.Quoted;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why no connection to a host came about. */
final class ConnectFailure {
  private ConnectFailure() {}

  static Denied of(Authority authority, @Nullable Throwable failure) {
    String where = authority.text(0);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException certificate) {
        String message = String.valueOf(certificate.getMessage());
        return new Denied(
            Reason.CERTIFICATE,
            "the certificate of " + where + " was refused: " + Quoted.visible(message));
      }
    }
    if (failure instanceof SSLException) {
      return new Denied(
          Reason.CERTIFICATE,
          "TLS with " + where + " failed: " + Quoted.visible(String.valueOf(failure.getMessage())));
    }
    return new Denied(Reason.CONNECT, where + " did not accept a connection");
  }
}
