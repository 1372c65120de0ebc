package dev.claw.compiler;

import dev.claw.model.EgressPolicy;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an agent's container holds so that programs find their way to the egress proxy: the proxy's
 * address, a resolver that asks over TCP, and, where claw looks inside TLS, the authority to trust.
 * None of it is a boundary: what ignores it is captured all the same.
 */
final class EgressInside {
  /** Where the proxy answers, on the container's loopback. */
  static final String PROXY = "http://127.0.0.1:3128";

  private static final String RESOLV_CONF = "/etc/resolv.conf";
  private static final String CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

  // Both spellings: curl reads only the small one of http_proxy, others only the large ones.
  private static final List<String> PROXY_VARIABLES =
      List.of("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY");

  // No all_proxy: curl, git, pip and npm need it for nothing but http and https, which have their
  // own. With it they would wrap other protocols in requests that this proxy does not know, where
  // without it the plain connection is captured and judged by host and port.
  private static final List<String> DIRECT_VARIABLES = List.of("no_proxy", "NO_PROXY");

  // SSL_CERT_FILE: OpenSSL, Python's ssl, Go, Rust. The others bring certificates of their own:
  // requests and pip a package, Node a list built in, curl and git where they are no Debian's.
  private static final List<String> TRUST_VARIABLES =
      List.of(
          "SSL_CERT_FILE",
          "CURL_CA_BUNDLE",
          "GIT_SSL_CAINFO",
          "NODE_EXTRA_CA_CERTS",
          "PIP_CERT",
          "REQUESTS_CA_BUNDLE");

  private EgressInside() {}

  /** The variables by name; empty where there is no egress. */
  static Map<String, String> variables(EgressPolicy egress) {
    Map<String, String> variables = new TreeMap<>();
    if (egress.profile() == NetworkProfile.ALLOWLIST) {
      PROXY_VARIABLES.forEach(name -> variables.put(name, PROXY));
      DIRECT_VARIABLES.forEach(name -> variables.put(name, "127.0.0.1,localhost,::1"));
    }
    if (egress.inspects()) {
      TRUST_VARIABLES.forEach(name -> variables.put(name, CERTIFICATES));
    }
    return variables;
  }

  /** Whether claw sets a variable of this name for some agents, so that no template may. */
  static boolean isOwn(String variable) {
    return PROXY_VARIABLES.contains(variable)
        || DIRECT_VARIABLES.contains(variable)
        || TRUST_VARIABLES.contains(variable);
  }

  /** Files of the agent's folder that stand where programs look for them. */
  static List<Mount> mounts(EgressPolicy egress, Path agentFolder) {
    List<Mount> mounts = new ArrayList<>();
    if (egress.profile() == NetworkProfile.ALLOWLIST) {
      mounts.add(readOnly(agentFolder.resolve("resolv.conf"), RESOLV_CONF));
    }
    if (egress.inspects()) {
      mounts.add(readOnly(agentFolder.resolve("ca-certificates.crt"), CERTIFICATES));
    }
    return mounts;
  }

  private static Mount readOnly(Path source, String target) {
    return new Mount(source.toString(), target, Mount.Mode.RO);
  }
}
