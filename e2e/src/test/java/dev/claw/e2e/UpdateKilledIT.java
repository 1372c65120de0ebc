package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.TelegramServer.Person;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The supervisor killed at each step between the answer to getUpdates and the answer to the person.
 * What holds it at a step is a lock that it waits for or a server that does not answer, so that the
 * kill finds it there. The act is a grant, since grants can be counted.
 */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UpdateKilledIT {
  private static final String INTERRUPTED = "claw ended while it did /allow ";

  @AutoClose private final ChatScene scene = new ChatScene("reviewer");
  private final Claw claw = scene.claw();
  private final TelegramServer telegram = scene.telegram();
  private final String agent = scene.agent();
  private final Person ann = scene.paired(4711, "Ann", "admin");
  private int hosts;
  private String host = "";

  private void allow() {
    host = "host" + ++hosts + ".example";
    ann.write("/allow " + agent + " " + host + " 30m");
  }

  private long grants() {
    JsonNode all = claw.run("egress", "grants", agent, "--json").json().path("grants");
    return StreamSupport.stream(all.spliterator(), false)
        .filter(grant -> grant.path("host").asText().equals(host))
        .count();
  }

  private long intents() {
    return lines("egress.grant", host, "intent");
  }

  private long lines(String type, String part, String phase) {
    try {
      return Files.readAllLines(claw.agent(agent).resolve("audit.jsonl")).stream()
          .filter(line -> line.contains("\"type\":\"" + type + "\""))
          .filter(line -> line.contains("\"phase\":\"" + phase + "\""))
          .filter(line -> line.contains(part))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode state() {
    return telegram.control("state", Map.of());
  }

  private void hang(String method, boolean lost) {
    telegram.control("fail", Map.of("method", method, "hang", true, "lost", lost));
  }

  private void awaitHanging() {
    ChatScene.await("a call that hangs", () -> state().path("hanging").asInt() == 1);
  }

  /** Nothing is confirmed to Telegram that is not on disk, so what is gone there is stored here. */
  private void awaitStored() {
    ChatScene.await("it is confirmed", () -> state().path("pending").isEmpty());
  }

  private void awaitBlocked(long pid) {
    ChatScene.await(
        pid + " to wait for a lock",
        () -> {
          try {
            return Files.readAllLines(Path.of("/proc/locks")).stream()
                .anyMatch(line -> line.contains(" -> ") && line.contains(" " + pid + " "));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Holds a lock file as a claw does that is at work. */
  private static FileChannel held(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    FileLock lock = channel.lock();
    Assertions.assertThat(lock.isValid()).isTrue();
    return channel;
  }

  private Path database() {
    return claw.home().resolve("claw.db");
  }

  private FileChannel heldDatabase() throws IOException {
    return held(claw.home().resolve("claw.db.lock"));
  }

  private FileChannel heldRecord() throws IOException {
    return held(claw.agent(agent).resolve("audit.lock"));
  }

  /** Another supervisor comes, and hears of what its predecessor left. */
  private void comesBack(long before) {
    Assertions.assertThat(scene.supervisor()).isNotEqualTo(before);
    ann.asks("/whoami", "4711");
    awaitStored();
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  private void hearsThatItWasCutShort(long before) {
    comesBack(before);
    ann.hears(
        "that it was cut short",
        text -> text.contains(INTERRUPTED + agent) && text.contains("not do it again"));
  }

  private void isDoneOnceByItself(long before) {
    comesBack(before);
    ann.hears(host);
    Assertions.assertThat(grants()).isEqualTo(1);
    Assertions.assertThat(intents()).isEqualTo(1);
  }

  private void canBeSentAgain() {
    long done = intents();
    ann.asks("/allow " + agent + " " + host + " 30m", host);
    Assertions.assertThat(intents()).isEqualTo(done + 1);
  }

  private void isToldOnce() {
    List<JsonNode> told =
        StreamSupport.stream(telegram.messages().spliterator(), false)
            .filter(message -> message.path("text").asText().contains(INTERRUPTED))
            .toList();
    long pid = scene.supervisor();
    scene.kill(pid);
    comesBack(pid);
    Assertions.assertThat(
            StreamSupport.stream(telegram.messages().spliterator(), false)
                .filter(message -> message.path("text").asText().contains(INTERRUPTED)))
        .as("a third process says nothing more")
        .hasSize(told.size());
  }

  @Test
  void handedOutAndNeverArrived() {
    long pid = scene.supervisor();
    hang("getUpdates", true);
    ann.asks("/whoami", "4711"); // ends the call that waits; the next one will hang
    allow();
    awaitHanging();
    scene.kill(pid);
    isDoneOnceByItself(pid);
  }

  @Test
  void arrivedAndNotStored() throws IOException {
    long pid = scene.supervisor();
    try (FileChannel _ = heldDatabase()) {
      allow();
      awaitBlocked(pid);
      Assertions.assertThat(state().path("pending")).hasSize(1);
      scene.kill(pid);
    }
    isDoneOnceByItself(pid);
  }

  @Test
  void storedAndNotBegun() throws IOException {
    long pid = scene.supervisor();
    try (FileChannel _ = heldRecord()) {
      allow();
      awaitStored();
      awaitBlocked(pid);
      scene.kill(pid);
    }
    hearsThatItWasCutShort(pid);
    Assertions.assertThat(intents()).isZero();
    Assertions.assertThat(grants()).isZero();
    canBeSentAgain();
    Assertions.assertThat(grants()).isEqualTo(1);
    isToldOnce();
  }

  @Test
  void intendedAndNotDone() throws IOException {
    long pid = scene.supervisor();
    long outcomes = lines("egress.grant", "", "outcome");
    try (RunningCommand writer = writer()) {
      try (FileChannel _ = heldRecord()) {
        allow();
        awaitStored();
        awaitBlocked(pid);
        writer.write("begin\n");
        writer.await("its transaction", () -> writer.out().endsWith("begun\n"));
      }
      ChatScene.await("the intent", () -> intents() == 1);
      scene.kill(pid);
      Assertions.assertThat(writer.isAlive()).isTrue();
    }
    hearsThatItWasCutShort(pid);
    Assertions.assertThat(grants()).isZero();
    Assertions.assertThat(lines("egress.grant", "", "outcome")).isEqualTo(outcomes);
    canBeSentAgain();
    Assertions.assertThat(grants()).isEqualTo(1);
  }

  /** Another program that writes to the database, once it is told to, and does not finish. */
  private RunningCommand writer() {
    return Command.of(
            "python3",
            "-c",
            """
            import sqlite3, sys
            sys.stdin.readline()
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            db.execute("BEGIN IMMEDIATE")
            print("begun", flush=True)
            sys.stdin.read()
            """,
            database().toString())
        .start();
  }

  @Test
  void doneAndNotSaid() {
    long pid = scene.supervisor();
    hang("sendMessage", false);
    allow();
    awaitHanging();
    Assertions.assertThat(grants()).isEqualTo(1);
    scene.kill(pid);
    hearsThatItWasCutShort(pid);
    Assertions.assertThat(grants()).isEqualTo(1);
    Assertions.assertThat(intents()).isEqualTo(1);
    canBeSentAgain();
  }

  @Test
  void saidAndNotNoted() {
    long pid = scene.supervisor();
    hang("sendMessage", true);
    allow();
    awaitHanging();
    ann.hears(host);
    scene.kill(pid);
    hearsThatItWasCutShort(pid);
    Assertions.assertThat(grants()).isEqualTo(1);
    Assertions.assertThat(intents()).isEqualTo(1);
  }

  @Test
  void pressedAndNotAnswered() {
    host = "pressed.example";
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    long pid = scene.supervisor();
    claw.run("exec", agent, "--", "curl", "-s", "-m", "60", "http://" + host + ":443/");
    JsonNode question = ann.hears("the question", text -> text.contains(host));
    String button = question.at("/reply_markup/inline_keyboard/0/1/callback_data").asText();
    hang("answerCallbackQuery", false);
    ann.presses(question, "30 minutes");
    awaitHanging();
    Assertions.assertThat(grants()).isEqualTo(1);
    scene.kill(pid);
    comesBack(pid);
    ann.hears("claw ended while it did what a button says");
    telegram.await(
        "the buttons to go",
        message ->
            message.path("message_id").equals(question.path("message_id"))
                && !message.has("reply_markup"));
    telegram.control("press", Map.of("user", 4711, "data", button));
    ChatScene.await("an answer", () -> telegram.answers().toString().contains("no longer valid"));
    Assertions.assertThat(grants()).isEqualTo(1);
    Assertions.assertThat(intents()).isEqualTo(1);
    assertThat(claw.run("stop", "--now", agent)).succeeds();
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  @Test
  void inTheMiddleOfAStart() {
    long pid = scene.supervisor();
    ann.write("/start " + agent);
    ChatScene.await("its container", () -> running().equals("true"));
    scene.kill(pid);
    comesBack(pid);
    ann.hears("claw ended while it did /start " + agent);
    ann.asks("/start " + agent, " run"); // its predecessor may have come far enough
    Assertions.assertThat(running()).isEqualTo("true");
    assertThat(claw.run("status", agent)).succeeds().prints("running", "verified");
    ann.asks("/stop " + agent, "is stopped");
    Assertions.assertThat(running()).isNotEqualTo("true");
    assertThat(claw.run("audit", "verify", agent)).succeeds();
  }

  private String running() {
    return Command.of("podman", "inspect", "--format", "{{.State.Running}}", Claw.container(agent))
        .run()
        .out()
        .strip();
  }
}
