package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.SupervisorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A state folder with an agent, a resident process in a thread of its own, and a client. */
abstract class OnResident {
  static final Duration PATIENCE = Duration.ofMinutes(1);

  final List<String> log = new CopyOnWriteArrayList<>();
  private final List<CompletableFuture<Void>> running = new CopyOnWriteArrayList<>();
  Path temporary = Path.of("/");
  Fixture fixture;
  ResidentFolder folder;
  SupervisorClient client;
  Consumer<String> sink = log::add;

  @BeforeEach
  void prepare() throws Exception {
    temporary = Files.createTempDirectory("claw"); // not JUnit's: a socket's path is short
    fixture = Fixture.withCoder(temporary.resolve("host"));
    folder = new ResidentFolder(temporary.resolve("run"));
    client = client(List.of());
  }

  /**
   * @param command that starts the process where none runs
   */
  SupervisorClient client(List<String> command) {
    return new SupervisorClient(
        folder, lock(), new ResidentStart(command, temporary.resolve("log")), PATIENCE);
  }

  Path lock() {
    return fixture.host.home().supervisorLock();
  }

  @AfterEach
  void end() throws Exception {
    client.stop();
    for (CompletableFuture<Void> process : running) {
      process.exceptionally(failed -> null).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  CompletableFuture<Void> run(Optional<Duration> idleExit) throws Exception {
    CompletableFuture<Void> process = start(folder, idleExit);
    await(() -> process.isDone() || client.status().isPresent());
    return process;
  }

  CompletableFuture<Void> start(ResidentFolder in, Optional<Duration> idleExit) {
    CompletableFuture<Void> process =
        CompletableFuture.runAsync(
            () -> {
              try {
                new ResidentProcess(
                        fixture.host,
                        in,
                        fixture.resident(
                            "1.2.3",
                            new ProviderSecrets(fixture.host, Map.of()),
                            idleExit,
                            Optional.empty()),
                        line -> sink.accept(line))
                    .run();
              } catch (SupervisorException e) {
                throw new CompletionException(e);
              }
            },
            work -> Thread.ofPlatform().daemon().start(work));
    running.add(process);
    return process;
  }

  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(5);
    }
  }
}
