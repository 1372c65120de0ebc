package dev.claw.e2e;

import dev.claw.e2e.TelegramServer.Person;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A bot whose state folder has no room left, or too little at some point of an act. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FullDiskIT {
  @AutoClose private final ChatScene scene = new ChatScene("reviewer");
  private final String agent = scene.agent();
  private final Person ann = scene.paired(4711, "Ann", "admin");
  private TinyDisk disk;

  @BeforeAll
  void move() {
    CommandResultAssert.assertThat(scene.claw().run("supervisor", "stop")).succeeds();
    disk = new TinyDisk(scene.claw());
    disk.serve();
  }

  @AfterAll
  void leave() {
    disk.close();
  }

  private boolean sent(long after, String words) {
    return StreamSupport.stream(scene.telegram().messages().spliterator(), false)
        .filter(message -> message.path("message_id").asLong() > after)
        .anyMatch(message -> message.path("text").asText().contains(words));
  }

  private long count(String pipeline) {
    return Long.parseLong(disk.run(pipeline + " | wc -l").strip());
  }

  private long grants(String host) {
    return count("\"$CLAW\" egress grants " + agent + " | grep -F " + host);
  }

  private long intents(String host) {
    return count(
        "grep -F '\"egress.grant\"' $CLAW_HOME/agents/"
            + agent
            + "/audit.jsonl | grep -F '\"intent\"' | grep -F "
            + host);
  }

  private void isWhole() {
    Assertions.assertThat(disk.serves()).as(disk.said()).isTrue();
    Assertions.assertThat(disk.run("\"$CLAW\" audit verify")).contains("intact");
    Assertions.assertThat(disk.said())
        .doesNotContain("this should not have happened", "a fault of claw's");
  }

  @Test
  void nothingIsDoneAndThePersonIsToldAndItIsTakenUpWhenThereIsRoom() {
    disk.fill(0);
    ann.asks("/allow " + agent + " full.example 30m", "can't put on record");
    ChatScene.await("the reason in its log", () -> disk.said().contains("claw.db"));
    disk.free();
    ann.hears(agent + ":\n" + agent + " reaches full.example");
    Assertions.assertThat(grants("full.example")).isEqualTo(1);
    Assertions.assertThat(intents("full.example")).isEqualTo(1);
    ann.asks("/whoami", "4711");
    isWhole();
  }

  @Test
  void whereverTheRoomEndsTheAnswerIsTrue() {
    Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
    // As many as one person may send at once, two messages each.
    for (int kibibytes : new int[] {4, 28, 36, 44, 52, 60, 84, 132}) {
      outcomes.add(asked(kibibytes));
    }
    Assertions.assertThat(outcomes)
        .as("rooms from too small to large enough")
        .contains(Outcome.LATER, Outcome.GIVEN);
  }

  private enum Outcome {
    GIVEN,
    FAILED,
    LATER
  }

  private Outcome asked(int kibibytes) {
    String host = "room" + kibibytes + ".example";
    String reaches = agent + " reaches " + host;
    long before = scene.telegram().lastMessage();
    disk.fill(kibibytes);
    ann.write("/allow " + agent + " " + host + " 30m");
    ChatScene.await("an answer", () -> scene.telegram().lastMessage() > before);
    boolean later = sent(before, "can't put on record");
    disk.free();
    if (later) {
      ann.hears(reaches);
    }
    ann.asks("/whoami", "4711");
    boolean halfKept = sent(before, "egress.grant was done, but that is not on record");
    boolean given = sent(before, reaches) || halfKept;
    boolean failed = sent(before, "failed") && !halfKept;
    Assertions.assertThat(given).as("done, or told that it was not").isNotEqualTo(failed);
    Assertions.assertThat(grants(host)).as("given: " + given).isEqualTo(given ? 1 : 0);
    Assertions.assertThat(intents(host)).isBetween(given ? 1L : 0L, 1L);
    isWhole();
    return later ? Outcome.LATER : given ? Outcome.GIVEN : Outcome.FAILED;
  }
}
