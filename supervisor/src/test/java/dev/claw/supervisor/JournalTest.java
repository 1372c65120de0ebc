package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditRecord;
import dev.claw.model.Actor;
import dev.claw.model.BackendException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path folder;

  @Test
  void theIntentIsThereBeforeAndTheOutcomeAfter() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path log = fixture.host.home().audit();
    List<String> during = new ArrayList<>();
    String value =
        fixture
            .host
            .journal()
            .onHost(
                "test.act",
                CODER,
                Map.of("n", 1),
                () -> {
                  during.addAll(events(fixture, log));
                  return "done";
                },
                result -> Map.of("result", result));
    assertThat(value).isEqualTo("done");
    assertThat(during).endsWith("test.act intent");
    assertThat(fixture.events(log)).endsWith("test.act intent", "test.act DONE");
    AuditRecord outcome = fixture.last(log);
    assertThat(outcome.event().details()).containsEntry("result", "done");
    assertThat(outcome.event().actor()).isEqualTo(new Actor("cli", "ann(1000)"));
    assertThat(outcome.event().agent()).isEqualTo(CODER);
  }

  private static List<String> events(Fixture fixture, Path log) throws SupervisorException {
    try {
      return fixture.events(log);
    } catch (Exception e) {
      throw new SupervisorException(Reason.STATE, "test", e);
    }
  }

  private static void fail(Fixture fixture, Exception failure) throws Exception {
    fixture
        .host
        .journal()
        .onHost(
            "test.act",
            null,
            Map.of(),
            () -> {
              switch (failure) {
                case SupervisorException e -> throw e;
                case BackendException e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw new AssertionError(failure);
              }
            });
  }

  @Test
  void anyFailureIsOnRecordAndComesBackAsItWas() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path log = fixture.host.home().audit();
    for (Exception failure :
        List.of(
            new SupervisorException(Reason.CONFLICT, "taken"),
            new BackendException(BackendException.Kind.TIMEOUT, "too slow"),
            new IllegalStateException("a bug"))) {
      assertThatThrownBy(() -> fail(fixture, failure)).isSameAs(failure);
      assertThat(fixture.events(log)).endsWith("test.act intent", "test.act FAILED");
      assertThat(fixture.last(log).event().details()).containsEntry("error", failure.getMessage());
    }
    assertThatThrownBy(
            () -> fail(fixture, new BackendException(BackendException.Kind.INTERRUPTED, "cut")))
        .isInstanceOf(BackendException.class);
    assertThat(fixture.last(log).event().details()).containsEntry("reason", "interrupted");
    assertRefused(
        Reason.DRIFT, () -> fail(fixture, new SupervisorException(Reason.DRIFT, "again")));
    assertThat(fixture.last(log).event().details()).containsEntry("reason", "drift");
  }

  @Test
  void anOutcomeThatCanNotBeRecordedIsSaid() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Path log = fixture.host.home().audit();
    Path aside = log.resolveSibling("aside");
    assertRefused(
            Reason.AUDIT,
            () -> fixture.host.journal().onHost("test.act", null, Map.of(), () -> swap(log, aside)))
        .hasMessageContaining("test.act was done, but that is not on record");
    Files.delete(log);
    Files.move(aside, log);
    assertThat(fixture.events(log)).endsWith("test.act intent");
  }

  private static Path swap(Path log, Path aside) throws SupervisorException {
    try {
      Files.move(log, aside);
      return Files.createDirectory(log);
    } catch (java.io.IOException e) {
      throw new SupervisorException(Reason.STATE, "test", e);
    }
  }

  @Test
  void anInterruptDuringTheActIsKeptUntilTheOutcomeIsOnRecord() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    fixture
        .host
        .journal()
        .onHost(
            "test.act",
            null,
            Map.of(),
            () -> {
              Thread.currentThread().interrupt();
              return "";
            });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(fixture.events(fixture.host.home().audit())).endsWith("test.act DONE");
  }

  @Test
  void whoIsInterruptedAlreadyBeginsNothing() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    List<String> done = new ArrayList<>();
    Thread.currentThread().interrupt();
    assertRefused(
            Reason.INTERRUPTED,
            () ->
                fixture
                    .host
                    .journal()
                    .onHost("test.act", null, Map.of(), () -> done.add("something")))
        .hasMessageContaining("nothing was done");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(done).isEmpty();
    assertThat(fixture.events(fixture.host.home().audit())).doesNotContain("test.act intent");
  }
}
