package dev.claw.egress;

import java.net.InetAddress;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy needs of the host.
 *
 * @param blocking runs what may block for milliseconds, such as making a certificate
 * @param trust judges certificates of hosts; null for the JDK's own authorities
 * @param dnsServer the address that {@code resolv.conf} inside names
 */
public record EgressEnvironment(
    DecisionLog log,
    Resolver resolver,
    Outbound outbound,
    ProgramFinder programs,
    ProviderKeys keys,
    InstantSource clock,
    Executor blocking,
    @Nullable X509TrustManager trust,
    InetAddress dnsServer) {
  /** The address that stands in {@code resolv.conf} unless it is set otherwise. */
  public static final InetAddress DNS_SERVER = InetAddress.ofLiteral("198.18.0.1");
}
