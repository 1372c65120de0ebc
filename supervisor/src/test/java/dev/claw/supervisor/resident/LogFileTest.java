package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.ProviderSecrets;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the process says does not fill the disk while it runs. */
class LogFileTest extends OnResident {
  @Test
  void aLogThatIsFullBecomesTheEarlierOneUnderItsWriter() throws Exception {
    Path file = temporary.resolve("supervisor.log");
    LogFile.prepare(file);
    String old = "old line\n".repeat(130_000);
    // As the process has it: open to append, from before it was full.
    try (OutputStream open =
            Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        PrintStream out = new PrintStream(open, true, StandardCharsets.UTF_8)) {
      out.print(old);
      ResidentProcess process =
          new ResidentProcess(
              fixture.host,
              folder,
              fixture.resident(
                  "1",
                  new ProviderSecrets(fixture.host, Map.of()),
                  Optional.empty(),
                  Optional.of(file)),
              out::println);
      Thread running =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      process.run();
                    } catch (Exception e) {
                      throw new AssertionError(e);
                    }
                  });
      await(() -> client.status().isPresent());
      assertThat(client.stop()).isTrue();
      running.join();
    }
    Path earlier = temporary.resolve("supervisor.log.1");
    assertThat(Files.readString(earlier)).startsWith("old line").contains("claw 1 serves");
    assertThat(Files.readString(file)).isEqualTo("ends: it was told to\n");
    assertThat(Files.getPosixFilePermissions(earlier))
        .isEqualTo(Files.getPosixFilePermissions(file));
  }
}
