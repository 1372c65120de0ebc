package dev.claw.audit;

import static dev.claw.audit.AuditFixture.event;
import static dev.claw.audit.AuditFixture.log;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedActionTest {
  @TempDir Path folder;
  private Path file;
  private RecordedAction recorded;

  @BeforeEach
  void name() {
    file = folder.resolve("audit.jsonl");
    recorded = new RecordedAction(log(file));
  }

  @Test
  void intentStandsBeforeAndOutcomeAfter() throws AuditException {
    String value =
        recorded.run(
            event(1),
            outcome -> {
              assertThat(records()).hasSize(1);
              outcome.put("container", "abc");
              return "value";
            });
    assertThat(value).isEqualTo("value");
    AuditRecord last = records().getLast();
    assertThat(last.event().phase()).isEqualTo(Phase.OUTCOME);
    assertThat(last.event().result()).isEqualTo(Result.DONE);
    assertThat(last.event().details()).isEqualTo(Map.of("container", "abc"));
  }

  @Test
  void failureIsOnRecordAndGoesOn() throws AuditException {
    assertThatThrownBy(
            () ->
                recorded.run(
                    event(1),
                    outcome -> {
                      throw new IOException("x".repeat(10_000));
                    }))
        .isInstanceOf(IOException.class);
    AuditRecord last = records().getLast();
    assertThat(last.event().result()).isEqualTo(Result.FAILED);
    assertThat(last.event().details()).containsEntry("error", "x".repeat(4096));
  }

  @Test
  void halfOfASurrogatePairDoesNotKeepAFailureOffTheRecord() throws AuditException {
    for (String message :
        new String[] {"x".repeat(4095) + "\ud83d\ude00", "\ude00 an agent's \ud83d"}) {
      assertThatThrownBy(
              () ->
                  recorded.run(
                      event(1),
                      outcome -> {
                        throw new IOException(message);
                      }))
          .isInstanceOf(IOException.class);
      assertThat(records().getLast().event().result()).isEqualTo(Result.FAILED);
    }
    assertThat(records().getLast().event().details()).containsEntry("error", "? an agent's ?");
  }

  @Test
  void anOutcomeIsOnRecordThoughTheThreadWasInterrupted() throws AuditException {
    try {
      assertThatThrownBy(
              () ->
                  recorded.run(
                      event(1),
                      outcome -> {
                        Thread.currentThread().interrupt();
                        throw new IOException("broken off");
                      }))
          .isInstanceOf(IOException.class);
    } finally {
      assertThat(Thread.interrupted()).as("the interrupt is passed on").isTrue();
    }
    assertThat(records().getLast().event().details()).containsEntry("error", "broken off");
  }

  @Test
  void refusalIsOnRecord() throws AuditException {
    recorded.run(
        event(1),
        outcome -> {
          outcome.refused("denied by rule 3");
          return 0;
        });
    assertThat(records().getLast().event().result()).isEqualTo(Result.REFUSED);
  }

  @Test
  void withoutARecordedIntentNothingIsDone() throws IOException {
    Files.createDirectory(file);
    List<String> done = new ArrayList<>();
    assertThatThrownBy(() -> recorded.run(event(1), outcome -> done.add("it")))
        .isInstanceOf(AuditException.class);
    assertThat(done).isEmpty();
  }

  @Test
  void outcomeThatIsNotOnRecordIsSaid() {
    assertThatThrownBy(
            () ->
                recorded.run(
                    event(1),
                    outcome -> {
                      Files.delete(file);
                      return 0;
                    }))
        .isInstanceOf(AuditException.class)
        .hasMessageStartingWith("agent.start was done, but that is not on record: ");
  }

  @Test
  void failureWhoseOutcomeIsNotOnRecordIsNotLost() {
    assertThatThrownBy(
            () ->
                recorded.run(
                    event(1),
                    outcome -> {
                      Files.delete(file);
                      throw new IOException("boom");
                    }))
        .isInstanceOf(AuditException.class)
        .hasMessageStartingWith("agent.start failed, but that is not on record: ")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("boom"));
  }

  private List<AuditRecord> records() throws AuditException {
    List<AuditRecord> records = new ArrayList<>();
    AuditQuery.ALL.run(file, records::add);
    return records;
  }
}
