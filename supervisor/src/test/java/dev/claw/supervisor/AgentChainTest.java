package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditLog;
import dev.claw.audit.AuditVerdict;
import dev.claw.audit.Unsynced;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AuditEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain that somebody holds on to is that of one agent, and not of whoever has its name. */
class AgentChainTest {
  @TempDir private Path folder;
  private Fixture fixture;
  private AuditLog chain;

  @BeforeEach
  void hold() throws Exception {
    fixture = Fixture.withCoder(folder);
    chain = fixture.host.journal().chain(CODER, fixture.record(CODER).id());
    append();
  }

  private void append() throws AuditException {
    try (Unsynced written = chain.writeAhead(List.of(closed()))) {
      written.sync();
    }
  }

  private static AuditEvent closed() {
    return new AuditEvent(
        "egress.close",
        CODER,
        new Actor("supervisor", "ann(1000)"),
        AuditEvent.Phase.OUTCOME,
        AuditEvent.Result.DONE,
        Map.of("connection", 1));
  }

  @Test
  void nothingOfADeletedAgentLandsWithItsSuccessor() throws Exception {
    AgentId before = fixture.record(CODER).id();
    chain.seal();
    new Trash(fixture.host).delete(CODER, false);
    assertThatThrownBy(() -> chain.append(closed())).isInstanceOf(AuditException.class);
    fixture.create(CODER);
    assertThatThrownBy(() -> chain.append(closed()))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("expected the folder of agent " + before);
    Path log = fixture.host.home().agent(CODER).audit();
    assertThat(fixture.events(log)).doesNotContain("egress.close DONE");
    fixture.host.journal().chain(CODER, fixture.record(CODER).id()).append(closed());
    assertThat(fixture.events(log)).contains("egress.close DONE");
    assertThat(fixture.verify(log)).isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void aLockAnewKeepsTheChain() throws Exception {
    fixture.relock().ensure(fixture.record(CODER));
    new AgentStart(fixture.host).start(CODER, fixture.forced());
    chain.append(closed());
    assertThat(fixture.verify(fixture.coder().audit())).isInstanceOf(AuditVerdict.Intact.class);
  }
}
