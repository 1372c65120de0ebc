package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.access.ChatUser;
import dev.claw.access.PairingListener;
import dev.claw.access.StoredGate;
import dev.claw.access.TelegramSettings;
import dev.claw.audit.AuditLog;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import dev.claw.model.AuditEvent;
import dev.claw.supervisor.SupervisorException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A state folder with an agent and a bot, the real resident process, and commands beside it. */
final class PairingScene {
  static final AgentName CODER = new AgentName("coder");
  static final ChatUser ANN = new ChatUser(4711, "Ann \u202e(x)", "ann");
  static final ChatUser EVE = new ChatUser(666, "Eve", "");
  private static final int PATIENCE = 60;
  private static final Pattern LINK =
      Pattern.compile("https://t\\.me/my_bot\\?start=([A-Za-z0-9_-]{24})\n");

  final Path home;
  final StoredGate gate;
  private final Claw claw;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private CompletableFuture<Void> resident = CompletableFuture.completedFuture(null);

  PairingScene() throws Exception {
    home = Files.createTempDirectory("claw"); // not JUnit's: a socket's path is short
    assertThat(Run.of(home, "init").status()).isZero();
    claw = new Claw(surroundings(Map.of(), InputStream.nullInputStream(), false, err(), err()));
    Path agent = home.resolve("claw/agents").resolve(CODER.value());
    Files.createDirectory(
        agent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(
        agent.resolve("agent.yaml"),
        "id: "
            + "c".repeat(32)
            + "\nname: coder\ntemplate: coder\ncreated: \"2026-11-21T10:00:00Z\"\nserial: 1\n");
    Actor actor = new Actor("cli", "bob(1000)");
    AuditEvent begin =
        new AuditEvent(
            "agent.create",
            CODER,
            actor,
            AuditEvent.Phase.OUTCOME,
            AuditEvent.Result.DONE,
            Map.of());
    AuditLog.open(agent.resolve("audit.jsonl"), claw.host().keys(), Clock.systemUTC())
        .append(begin);
    claw.telegramFile()
        .replace(TelegramSettings.of("4711:" + "A".repeat(35), "my_bot", "http://127.0.0.1:1"));
    gate = claw.chatAccess().gate(PairingListener.NOBODY);
  }

  private static PrintStream err() {
    return new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
  }

  private Surroundings surroundings(
      Map<String, String> environment,
      InputStream in,
      boolean terminal,
      PrintStream out,
      PrintStream err) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("HOME", home.toString());
    all.put("CLAW_HOME", home.resolve("claw").toString());
    all.put("XDG_RUNTIME_DIR", home.toString());
    all.put("CONTAINER_HOST", "unix://" + home.resolve("nobody.sock"));
    all.putIfAbsent("COLUMNS", "100");
    return new Surroundings(
        all, home, in, out, err, terminal, terminal, terminal, 1000, 1000, Clock.systemUTC());
  }

  /** Starts the resident process and waits until it answers. */
  void serve() throws Exception {
    Claw own = new Claw(surroundings(Map.of(), InputStream.nullInputStream(), false, err(), err()));
    resident =
        CompletableFuture.runAsync(
            () -> {
              try {
                own.residentProcess(Optional.empty(), log::add).run();
              } catch (SupervisorException | CliException e) {
                throw new CompletionException(e);
              }
            },
            Thread::startVirtualThread);
    until(
        () -> {
          try {
            return claw.supervisor().status().isPresent() || resident.isDone();
          } catch (SupervisorException e) {
            return false;
          }
        });
    assertThat(resident).as(log.toString()).isNotDone();
  }

  /** Ends the resident process, where it runs. */
  void stop() throws Exception {
    claw.supervisor().stop();
    resident.get(PATIENCE, TimeUnit.SECONDS);
  }

  static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** A command that runs, on a terminal or not. */
  final class Running {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PipedOutputStream keyboard = new PipedOutputStream();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private final Thread thread;

    private Running(boolean terminal, Map<String, String> environment, String... arguments)
        throws Exception {
      Surroundings surroundings =
          surroundings(
              environment,
              new PipedInputStream(keyboard),
              terminal,
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8));
      thread =
          Thread.ofPlatform()
              .start(
                  () ->
                      status.complete(
                          new CommandRunner(surroundings, new Interruption()).run(arguments)));
    }

    String out() {
      return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
      return err.toString(StandardCharsets.UTF_8);
    }

    /** The token of the link, once it is printed. */
    String token() throws InterruptedException {
      until(() -> LINK.matcher(out()).find() || status.isDone());
      Matcher matcher = LINK.matcher(out());
      assertThat(matcher.find()).as(out() + err()).isTrue();
      return matcher.group(1);
    }

    void awaitErr(String part) throws InterruptedException {
      until(() -> err().contains(part) || status.isDone());
      assertThat(err()).contains(part);
    }

    void type(String text) throws Exception {
      keyboard.write(text.getBytes(StandardCharsets.UTF_8));
      keyboard.flush();
    }

    /** As Ctrl-C does. */
    void interrupt() {
      thread.interrupt();
    }

    int status() throws Exception {
      return status.get(PATIENCE, TimeUnit.SECONDS);
    }
  }

  Running onTerminal(String... arguments) throws Exception {
    return new Running(true, Map.of(), arguments);
  }

  Running onTerminal(Map<String, String> environment, String... arguments) throws Exception {
    return new Running(true, environment, arguments);
  }

  Running inScript(String... arguments) throws Exception {
    return new Running(false, Map.of(), arguments);
  }

  Run run(String input, String... arguments) {
    return Run.with(home, input, Map.of(), arguments);
  }

  String audit() throws Exception {
    return Files.readString(home.resolve("claw/agents/coder/audit.jsonl"));
  }
}
