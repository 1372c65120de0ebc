package dev.claw.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.MountRules.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountRulesTest {
  private static final Path HOME = Path.of("/home/ann");
  private static final Path CLAW_HOME = Path.of("/data/claw");

  private static Optional<String> refuse(String source) {
    return MountRules.refuse(Path.of(source), Kind.FOLDER, HOME, CLAW_HOME);
  }

  @ParameterizedTest
  @CsvSource({
    "/, is the whole host",
    "/home/ann, is your home",
    "/home, holds your home",
    "/data/claw, is claw's own state folder",
    "/data/claw/agents/a/workspace, is in claw's own state folder",
    "/data, holds claw's own state folder",
    "/etc, is /etc",
    "/etc/ssl, is in /etc",
    "/proc/1, is in /proc",
    "/sys, is /sys",
    "/dev/shm, is in /dev",
    "/run/user/1000, is in /run",
    "/var/run/docker, is in /var/run",
    "/boot, is /boot",
    "/root, is /root",
    "/usr/local, is in /usr",
    "/var/lib/containers, is in /var/lib",
    "/var, belongs to everyone",
    "/tmp, belongs to everyone",
    "/home/ann/.ssh, is ~/.ssh",
    "/home/ann/.aws/credentials, is in ~/.aws",
    "/home/ann/.gnupg, is ~/.gnupg",
    "/home/ann/.config/gcloud, is in ~/.config",
    "/home/ann/.kube, is ~/.kube",
    "/home/ann/.docker, is ~/.docker",
    "/home/ann/.netrc, is ~/.netrc",
    "/home/ann/.bashrc, is ~/.bashrc",
    "/home/ann/.local/share/containers/storage, is in ~/.local/share/containers",
    "/home/ann/.local/share, holds ~/.local/share/containers",
  })
  void isRefused(String source, String why) {
    assertThat(refuse(source)).hasValueSatisfying(reason -> assertThat(reason).startsWith(why));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/home/ann/src/app",
        "/home/ann/.local/share/app",
        "/home/ann/.sshfs",
        "/home/bob/src",
        "/srv/data",
        "/mnt/disk",
        "/tmp/work",
        "/data/other",
        "/etcetera"
      })
  void isAdmitted(String source) {
    assertThat(refuse(source)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"SOCKET", "OTHER", "MISSING"})
  void onlyFoldersAndFilesAreMounted(Kind kind) {
    assertThat(MountRules.refuse(Path.of("/srv/data"), kind, HOME, CLAW_HOME)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"src", "/home/ann/src/../.ssh", "/srv/./data"})
  void onlyRealPathsAreJudged(String source) {
    assertThat(refuse(source))
        .hasValueSatisfying(reason -> assertThat(reason).contains("absolute path"));
  }

  @Test
  void homeBelowASystemFolderIsUsable() {
    assertThat(
            MountRules.refuse(
                Path.of("/var/lib/ci/src"), Kind.FOLDER, Path.of("/var/lib/ci"), CLAW_HOME))
        .isEmpty();
  }

  @Test
  void nothingInAMountThatTheAgentCanWrite() {
    Mount writable = new Mount("/srv/data", "/workspace/data", Mount.Mode.RW);
    Mount readable = new Mount("/srv/other", "/workspace/other", Mount.Mode.RO);
    List<Mount> others = List.of(writable, readable);
    assertThat(MountRules.refuseInside(Path.of("/srv/data/x"), others)).isPresent();
    assertThat(MountRules.refuseInside(Path.of("/srv/data"), others)).isPresent();
    assertThat(MountRules.refuseInside(Path.of("/srv/other/x"), others)).isEmpty();
    assertThat(MountRules.refuseInside(Path.of("/srv/database"), others)).isEmpty();
  }
}
