package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against other processes, as the kernel keeps locks by process. */
@Timeout(60)
class ProcessLockTest {
  private static final ProcessLock.Holder SELF =
      new ProcessLock.Holder(4711, Path.of("/run/claw/supervisor.sock"));

  @TempDir private Path folder;

  /** Asks whether the lock is taken until it is told to end. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] arguments) throws Exception {
      Path lock = Path.of(arguments[0]);
      System.out.write('a');
      System.out.flush();
      while (System.in.available() == 0) {
        for (int i = 0; i < 1000; i++) {
          ProcessLock.isTaken(lock);
        }
      }
    }
  }

  private static Process asking(Path lock) throws Exception {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Asking.class.getName(),
                lock.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void aMereQuestionNeverKeepsAProcessFromStarting() throws Exception {
    Path lock = folder.resolve("supervisor.lock");
    ProcessLock.take(lock, SELF).close();
    Process asking = asking(lock);
    try {
      assertThat(asking.getInputStream().read()).isEqualTo('a');
      for (int i = 0; i < 2000; i++) {
        ProcessLock.take(lock, SELF).close();
      }
      assertThat(asking.isAlive()).isTrue();
    } finally {
      asking.getOutputStream().write('e');
      asking.getOutputStream().flush();
      assertThat(asking.waitFor()).isZero();
    }
  }

  @Test
  void theFileSaysWhoHasItAndIsNobodyElsesToRead() throws Exception {
    Path lock = folder.resolve("supervisor.lock");
    assertThat(ProcessLock.isTaken(lock)).isFalse();
    assertThat(lock).as("a question makes no file").doesNotExist();
    try (ProcessLock taken = ProcessLock.take(lock, SELF)) {
      assertThat(taken.before()).isEmpty();
      assertThat(ProcessLock.holder(lock)).contains(SELF);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(lock)))
          .isEqualTo("rw-------");
    }
    ProcessLock.Holder next = new ProcessLock.Holder(1, Path.of("/a/supervisor.sock"));
    try (ProcessLock taken = ProcessLock.take(lock, next)) {
      assertThat(taken.before()).contains(SELF);
      assertThat(ProcessLock.holder(lock)).contains(next);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "4711",
        "{\"pid\":1}",
        "{\"pid\":0,\"socket\":\"/a/supervisor.sock\"}",
        "{\"pid\":1,\"socket\":\"a/supervisor.sock\"}",
        "{\"pid\":1,\"socket\":\"/a/../b/supervisor.sock\"}",
        "{\"pid\":1,\"socket\":\"/a\\u0000/supervisor.sock\"}"
      })
  void whatIsNotAsClawWritesItNamesNobody(String text) throws Exception {
    Path lock = folder.resolve("supervisor.lock");
    ProcessLock.take(lock, SELF).close();
    Files.writeString(lock, text);
    assertThat(ProcessLock.holder(lock)).isEmpty();
    try (ProcessLock taken = ProcessLock.take(lock, SELF)) {
      assertThat(taken.before()).isEmpty();
    }
  }

  @Test
  void aFileThatOthersCanReadNamesNobody() throws Exception {
    Path lock = folder.resolve("supervisor.lock");
    ProcessLock.take(lock, SELF).close();
    Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(ProcessLock.holder(lock)).isEqualTo(Optional.empty());
  }
}
