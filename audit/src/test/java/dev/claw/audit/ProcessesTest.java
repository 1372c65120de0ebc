package dev.claw.audit;

import static dev.claw.audit.AuditFixture.log;
import static dev.claw.audit.AuditFixture.types;
import static dev.claw.audit.AuditFixture.verify;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes with several threads each, and processes that are killed. */
class ProcessesTest {
  private static final int PROCESSES = 4;
  private static final int THREADS = 4;
  private static final int EACH = 25;

  @TempDir Path folder;

  /** Appends from several threads, and prints each number once it is on record. */
  static final class Appender {
    private Appender() {}

    public static void main(String[] args) throws Exception {
      Path file = Path.of(args[0]);
      int each = Integer.parseInt(args[1]);
      int first = Integer.parseInt(args[2]);
      AuditLog shared = log(file);
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
          int start = first + thread * each;
          // Half of the threads share a log, half have their own: both must be kept apart.
          AuditLog log = thread % 2 == 0 ? shared : log(file);
          running.add(
              threads.submit(
                  () -> {
                    for (int i = 0; i < each; i++) {
                      log.append(AuditFixture.event(start + i));
                      System.out.println(start + i);
                    }
                    return null;
                  }));
        }
        for (Future<?> thread : running) {
          thread.get();
        }
      }
    }
  }

  @Test
  void manyAppendAtOnce() throws Exception {
    Path file = folder.resolve("audit.jsonl");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(start(file, EACH, i * 1000));
    }
    for (Process process : processes) {
      String output = output(process);
      assertThat(process.waitFor()).as(output).isZero();
    }
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    Map<Object, Integer> seen = numbers(file);
    assertThat(seen).hasSize(PROCESSES * THREADS * EACH);
    assertThat(seen.values()).containsOnly(1);
  }

  @Test
  void killedProcessesLoseNothingThatTheyReported() throws Exception {
    Path file = folder.resolve("audit.jsonl");
    List<String> reported = new ArrayList<>();
    for (int round = 0; round < 8; round++) {
      Process process = start(file, 100_000, round * 1_000_000);
      // At another moment each time: after as many reports as the round says.
      var reader = process.inputReader(StandardCharsets.UTF_8);
      for (int i = 0; i <= round * 3; i++) {
        reported.add(String.valueOf(reader.readLine()));
      }
      process
          .toHandle()
          .destroyForcibly(); // which, unlike the process itself, leaves the pipe open
      reader.lines().forEach(reported::add);
      process.waitFor();
      assertThat(verify(file))
          .as("round " + round)
          .isInstanceOfAny(AuditVerdict.Intact.class, AuditVerdict.Torn.class);
    }
    log(file).append(AuditFixture.event(-1));
    assertThat(verify(file)).isInstanceOf(AuditVerdict.Intact.class);
    assertThat(numbers(file).keySet())
        .containsAll(reported.stream().map(Long::valueOf).map(Object.class::cast).toList());
    assertThat(types(file)).isNotEmpty();
  }

  private static Map<Object, Integer> numbers(Path file) throws AuditException {
    Map<Object, Integer> seen = new HashMap<>();
    AuditQuery.ALL.run(
        file,
        record -> {
          Object number = record.event().details().get("number");
          if (number != null) {
            seen.merge(number, 1, Integer::sum);
          }
        });
    return seen;
  }

  private static Process start(Path file, int each, int first) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Appender.class.getName(),
            file.toString(),
            String.valueOf(each),
            String.valueOf(first))
        .redirectErrorStream(true)
        .start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
