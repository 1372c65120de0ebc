package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentId;
import dev.claw.model.Mount;
import dev.claw.model.Secret;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreflightTest {
  @TempDir Path folder;

  private static Fixture with(Path folder, List<Mount> mounts, List<Secret> secrets)
      throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    AgentId id = AgentId.random(fixture.random);
    new AgentCreation(fixture.host).create(fixture.policy(CODER, id, "one", mounts, secrets));
    fixture.backend.calls.clear();
    return fixture;
  }

  private static void assertNothingDone(Fixture fixture) {
    assertThat(fixture.backend.changes()).isEmpty();
  }

  @Test
  void aMountThatBecameALinkIsRefused() throws Exception {
    Path real = folder.toRealPath();
    Path app = Files.createDirectory(real.resolve("app"));
    Fixture fixture =
        with(folder, List.of(new Mount(app.toString(), "/app", Mount.Mode.RO)), List.of());
    Files.delete(app);
    assertRefused(Reason.REFUSED, fixture::start)
        .hasMessageContaining(app + " is to be mounted and can't be read: no such file");
    Files.createSymbolicLink(app, real.resolve("ann"));
    assertRefused(Reason.REFUSED, fixture::start)
        .hasMessageContaining("has become a link to " + real.resolve("ann"));
    Files.delete(app);
    Path inner = Files.createDirectories(real.resolve("ann/inner"));
    Path between = Files.createSymbolicLink(app, inner);
    assertRefused(Reason.REFUSED, fixture::start).hasMessageContaining("has become a link");
    assertNothingDone(fixture);
    Files.delete(between);
    Files.createDirectory(app);
    fixture.start();
  }

  @Test
  void itsOwnWorkspaceMustNotBecomeALinkEither() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    Path workspace = fixture.coder().workspace();
    Files.move(workspace, folder.resolve("moved"));
    Files.createSymbolicLink(workspace, folder.resolve("moved"));
    assertRefused(Reason.REFUSED, fixture::start).hasMessageContaining("has become a link");
    assertNothingDone(fixture);
  }

  @Test
  void whatMustNotBeMountedIsRefusedThoughItIsLocked() throws Exception {
    Path real = folder.toRealPath();
    for (String source :
        List.of("/", "/etc", real + "/ann", real + "/claw/secrets", real.toString(), "/proc")) {
      Path place = Files.createTempDirectory(folder, "place");
      Fixture fixture = with(place, List.of(), List.of());
      String moved = source.replace(real.toString(), place.toRealPath().toString());
      new Trash(fixture.host).delete(CODER, false);
      new AgentCreation(fixture.host)
          .create(
              fixture.policy(
                  CODER,
                  AgentId.random(fixture.random),
                  "one",
                  List.of(new Mount(moved, "/x", Mount.Mode.RO)),
                  List.of()));
      fixture.backend.calls.clear();
      assertRefused(Reason.REFUSED, fixture::start)
          .hasMessageContaining("coder: can't mount " + moved + ", which ");
      assertNothingDone(fixture);
    }
  }

  @Test
  void aPipeOrSocketIsRefused() throws Exception {
    Path pipe = folder.toRealPath().resolve("socket");
    try (var server =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      server.bind(java.net.UnixDomainSocketAddress.of(pipe));
      Fixture fixture =
          with(folder, List.of(new Mount(pipe.toString(), "/x", Mount.Mode.RO)), List.of());
      assertRefused(Reason.REFUSED, fixture::start).hasMessageContaining("can't mount " + pipe);
      assertNothingDone(fixture);
    }
  }

  @Test
  void aMissingSecretIsNamed() throws Exception {
    Fixture fixture =
        with(
            folder,
            List.of(),
            List.of(new Secret("github-token", new Secret.Target.Environment("GITHUB_TOKEN"))));
    assertRefused(Reason.REFUSED, fixture::start)
        .hasMessageContaining("run 'podman secret create github-token -'");
    assertNothingDone(fixture);
    fixture.backend.secrets.put("github-token", "x");
    fixture.start();
  }

  @Test
  void aBackendThatRunsAsRootIsRefused() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.backend.rootless = false;
    assertRefused(Reason.REFUSED, fixture::start).hasMessageContaining("rootless Podman only");
    assertNothingDone(fixture);
  }
}
