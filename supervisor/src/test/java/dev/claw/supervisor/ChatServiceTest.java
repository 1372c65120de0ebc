package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.access.AccessException;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.audit.AuditVerdict;
import dev.claw.model.AgentContainer;
import dev.claw.supervisor.chat.ChatService;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A decision was about one agent; by the time that it is acted on its name is another's. */
class ChatServiceTest {
  private static final ChatUser ANN = new ChatUser(4711, "Ann", "ann");

  @TempDir Path folder;
  private Fixture fixture;
  private ChatAgents agents;
  private AgentRef decided;

  /** Happens when the act has begun. */
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.withCoder(folder);
    decided = new AgentRef(fixture.record(CODER).id(), CODER);
    agents =
        new ChatService(
            fixture.host,
            new Approvals(fixture.host, () -> {}),
            new ChatService.Ways(
                () -> {
                  meanwhile.run();
                  return new AgentStart.Options(
                      Optional.empty(), Duration.ZERO, Set.of(), step -> {});
                },
                Duration.ofMinutes(1),
                agent -> {
                  meanwhile.run();
                  return "its policy";
                }));
  }

  /** Another agent of the same name, which runs. */
  private void replace() {
    try {
      new Trash(fixture.host).delete(CODER, true);
      fixture.create(CODER);
      fixture.start();
      fixture.backend.calls.clear();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @FunctionalInterface
  interface Act {
    Object on(ChatAgents agents, AgentRef agent) throws AccessException;
  }

  static Stream<Named<Act>> acts() {
    return Stream.of(
        Named.of("line", ChatAgents::line),
        Named.of("status", ChatAgents::status),
        Named.of("start", (agents, agent) -> agents.start(ANN, agent)),
        Named.of("stop", (agents, agent) -> agents.stop(ANN, agent)),
        Named.of("restart", (agents, agent) -> agents.restart(ANN, agent)),
        Named.of("logs", (agents, agent) -> agents.logs(agent, 20)),
        Named.of(
            "ask",
            (agents, agent) -> {
              agents.ask(ANN, agent, "hello", part -> {});
              return "asked";
            }),
        Named.of("policy", ChatAgents::policy),
        Named.of("pending", ChatAgents::pending),
        Named.of(
            "allow",
            (agents, agent) -> agents.allow(ANN, agent, "a.example", Duration.ofMinutes(1))),
        Named.of("audit", (agents, agent) -> agents.audit(agent, 20)));
  }

  @ParameterizedTest
  @MethodSource("acts")
  void nothingIsDoneWithOrSaidOfASuccessorOfTheName(Act act) throws Exception {
    replace();
    List<String> before = fixture.events(fixture.coder().audit());

    assertThatThrownBy(() -> act.on(agents, decided))
        .isInstanceOf(AccessException.class)
        .hasMessage("coder: it was replaced by another agent just now; look at it, then try again");
    assertThat(fixture.events(fixture.coder().audit())).isEqualTo(before);
    assertThat(fixture.backend.containers.values())
        .allMatch(made -> made.listed().state() == AgentContainer.State.RUNNING);
  }

  @ParameterizedTest
  @MethodSource("acts")
  void aNameThatIsNobodysIsSaidToBe(Act act) throws Exception {
    new Trash(fixture.host).delete(CODER, false);
    assertThatThrownBy(() -> act.on(agents, decided))
        .isInstanceOf(AccessException.class)
        .hasMessageContaining("there is no such agent");
  }

  @Test
  void aSuccessorThatComesWhenTheActHasBegunIsLeftAlone() throws Exception {
    for (Act act : List.<Act>of((all, one) -> all.start(ANN, one), ChatAgents::policy)) {
      AgentRef now = new AgentRef(fixture.record(CODER).id(), CODER);
      meanwhile = this::replace;
      assertThatThrownBy(() -> act.on(agents, now))
          .isInstanceOf(AccessException.class)
          .hasMessageContaining("it was replaced by another agent");
      meanwhile = () -> {};
      assertThat(fixture.events(fixture.coder().audit()))
          .filteredOn(event -> event.startsWith("agent.start"))
          .as("but for its own start")
          .hasSize(2);
    }
  }

  @Test
  void nothingGoesOnRecordWithASuccessor() throws Exception {
    Host own = fixture.host.only(decided.id());
    replace();
    int before = fixture.records(fixture.coder().audit()).size();
    Fixture.assertRefused(
        SupervisorException.Reason.AUDIT, () -> new AgentStop(own).stop(CODER, Duration.ZERO));
    assertThat(fixture.backend.containers.values())
        .allMatch(made -> made.listed().state() == AgentContainer.State.RUNNING);
    assertThat(fixture.records(fixture.coder().audit())).hasSize(before);
  }

  @Test
  void whatIsDoneIsOnRecordAsThePerson() throws Exception {
    assertThat(agents.start(ANN, decided)).contains("runs");
    assertThat(agents.stop(ANN, decided)).isEqualTo("coder is stopped");
    assertThat(agents.policy(decided)).isEqualTo("its policy");
    assertThat(agents.audit(decided, 20)).isNotEmpty();
    assertThat(fixture.last(fixture.coder().audit()).event().actor()).isEqualTo(ANN.actor());
    assertThat(fixture.verify(fixture.coder().audit())).isInstanceOf(AuditVerdict.Intact.class);
  }
}
