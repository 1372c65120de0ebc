package dev.claw.backend.podman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.claw.model.ContainerSpec;
import dev.claw.model.EffectiveState;
import dev.claw.model.EffectiveState.MountPoint;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files of claw's own in places that Podman would fill, in a pod without a network. */
@RequiresPodman
class EgressInsideIT {
  private static final String RESOLV_CONF = "nameserver 198.18.0.1\noptions use-vc\n";

  @Test
  void resolvConfAndCertificatesAreClawsAndStayThat() throws Exception {
    try (TestImage image = TestImage.build();
        Host host = new Host(image)) {
      Map<String, String> variables =
          Map.of("http_proxy", "http://127.0.0.1:3128", "no_proxy", "127.0.0.1,localhost,::1");
      ContainerSpec spec = host.withFile(host.spec(), RESOLV_CONF, "/etc/resolv.conf", variables);
      spec = host.withFile(spec, "PEM\n", "/etc/ssl/certs/ca-certificates.crt", variables);
      host.started(spec);
      assertThat(inside(host, spec, "cat /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt"))
          .isEqualTo(RESOLV_CONF + "PEM\n");
      assertThat(
              inside(
                  host,
                  spec,
                  "(echo x >/etc/resolv.conf) 2>&1; mount -o remount,rw /etc/resolv.conf 2>&1;"
                      + " env; cat /etc/resolv.conf"))
          .contains("Read-only file system", "http_proxy=http://127.0.0.1:3128")
          .endsWith(RESOLV_CONF);
      EffectiveState state = host.backend.effectiveState(spec.id());
      assertThat(state.mounts())
          .extracting(MountPoint::target, MountPoint::source, MountPoint::readOnly)
          .contains(
              tuple("/etc/resolv.conf", spec.mounts().get(2).source(), true),
              tuple("/etc/ssl/certs/ca-certificates.crt", spec.mounts().get(3).source(), true));
      assertThat(state.environment()).containsAllEntriesOf(variables);
    }
  }

  private static String inside(Host host, ContainerSpec spec, String script) throws Exception {
    return new String(
        host.backend
            .exec(spec.id(), List.of("sh", "-c", script), Duration.ofSeconds(60), 64 << 10)
            .stdout(),
        StandardCharsets.UTF_8);
  }
}
