package dev.claw.audit;

import static dev.claw.audit.AuditFixture.ANN;
import static dev.claw.audit.AuditFixture.NOON;
import static dev.claw.audit.AuditFixture.ring;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AuditEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditQueryTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() throws AuditException {
    file = folder.resolve("audit.jsonl");
    AtomicReference<Instant> now = new AtomicReference<>(NOON);
    AuditLog log = AuditLog.open(file, () -> ring(1), now::get);
    for (String type : List.of("agent.start", "agents.other", "agent.stop", "agent", "policy.x")) {
      log.append(AuditEvent.intent(type, null, ANN, Map.of()));
      now.set(now.get().plusSeconds(60));
    }
  }

  @Test
  void typePrefixEndsAtADot() throws AuditException {
    assertThat(types(new AuditQuery(null, null, "agent", -1)))
        .containsExactly("agent.start", "agent.stop", "agent");
  }

  @Test
  void sinceIsIncludedAndUntilIsNot() throws AuditException {
    assertThat(types(new AuditQuery(NOON.plusSeconds(60), NOON.plusSeconds(180), "", -1)))
        .containsExactly("agents.other", "agent.stop");
  }

  @Test
  void tailCountsWhatFits() throws AuditException {
    assertThat(types(new AuditQuery(null, null, "agent", 2)))
        .containsExactly("agent.stop", "agent");
    assertThat(types(new AuditQuery(null, null, "", 0))).isEmpty();
  }

  @Test
  void hostileLinesAndATornTailAreSkippedAndCounted() throws AuditException, IOException {
    Files.writeString(file, "\n{}\n\u001b[2J\n{\"torn", StandardOpenOption.APPEND);
    List<AuditRecord> records = new ArrayList<>();
    assertThat(AuditQuery.ALL.run(file, records::add)).isEqualTo(4);
    assertThat(records).hasSize(5);
  }

  @Test
  void noLogIsEmpty() throws AuditException {
    assertThat(AuditQuery.ALL.run(folder.resolve("none.jsonl"), record -> {})).isZero();
  }

  private List<String> types(AuditQuery query) throws AuditException {
    List<String> types = new ArrayList<>();
    query.run(file, record -> types.add(record.event().type()));
    return types;
  }
}
