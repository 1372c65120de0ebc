package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.Decision;
import dev.claw.egress.DecisionLog.Recording;
import dev.claw.egress.EgressEvent;
import dev.claw.model.Actor;
import dev.claw.model.ExecMode;
import dev.claw.supervisor.AgentRecord;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.Approval.State;
import dev.claw.supervisor.Approval.Verdict;
import dev.claw.supervisor.ApprovalDesk;
import dev.claw.supervisor.ApprovalListener;
import dev.claw.supervisor.Approvals;
import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.GatewayToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker between a small gateway and an operator. */
class ApprovalBrokerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Actor ANN = new Actor("cli", "ann(1000)");

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Throwable> broken = new CopyOnWriteArrayList<>();
  private final List<ApprovalListener> listeners = new CopyOnWriteArrayList<>();
  private Path temporary = Path.of("/");
  private Path socket = Path.of("/");
  private Fixture fixture;
  private AgentRecord coder;
  private Optional<SmallGateway> running = Optional.empty();
  private ApprovalBroker broker;
  private Approvals approvals;

  @BeforeEach
  void prepare() throws Exception {
    temporary = Files.createTempDirectory("claw"); // not JUnit's: a socket's path is short
    prepare("host", ExecMode.ASK);
  }

  private void prepare(String host, ExecMode exec) throws Exception {
    fixture = Fixture.withCoder(temporary.resolve(host), exec);
    coder = fixture.record(Fixture.CODER);
    socket = temporary.resolve("in.sock");
    fixture.backend.wayIn = socket;
    var _ = fixture.start();
    broker = broker(Duration.ofHours(10));
    approvals = new Approvals(fixture.host, () -> broker.look());
  }

  @AfterEach
  void end() {
    broker.close();
    running.ifPresent(SmallGateway::close);
  }

  private ApprovalBroker broker(Duration patience) {
    return new ApprovalBroker(
        fixture.host,
        new ApprovalDesk(fixture.host, patience, listeners, log::add),
        "1.2.3",
        log::add,
        broken::add);
  }

  private SmallGateway gateway() throws Exception {
    String token = new GatewayToken(fixture.host.home(), new SecureRandom()).get(coder.id());
    SmallGateway gateway = new SmallGateway(socket, token, fixture.host.clock());
    running = Optional.of(gateway);
    return gateway;
  }

  private SmallGateway connected() throws Exception {
    SmallGateway gateway = gateway();
    broker.running(coder.id(), coder.name());
    await(() -> logged("connected to its gateway"));
    return gateway;
  }

  private boolean logged(String part) {
    return log.stream().anyMatch(line -> line.contains(part));
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(Condition condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as(log.toString()).isLessThan(end);
      Thread.sleep(5);
    }
  }

  private List<Approval> all() throws Exception {
    return approvals.list(Optional.empty()).approvals();
  }

  private Approval waiting() throws Exception {
    await(() -> all().stream().anyMatch(a -> a.state() == State.WAITING));
    return all().getFirst();
  }

  /** What the gateway asks for is there to be answered. */
  private Approval asks(SmallGateway gateway, String id, String command) throws Exception {
    gateway.request(id, command);
    return waiting();
  }

  @ParameterizedTest
  @CsvSource({"ONCE, allow-once", "HALF_HOUR, allow-once", "DENY, deny"})
  void theAnswerReachesTheGatewayOnce(Verdict verdict, String decision) throws Exception {
    SmallGateway gateway = connected();
    var _ = approvals.decide(asks(gateway, "g1", "make").id(), verdict, ANN);
    await(() -> !gateway.resolutions.isEmpty());
    String second = asks(gateway, "g2", "make clean").id();
    broker.look();
    var _ = approvals.decide(second, Verdict.DENY, ANN);
    await(() -> gateway.resolutions.size() > 1);
    assertThat(gateway.resolutions).containsExactly("g1 " + decision, "g2 deny");
  }

  @ParameterizedTest
  @EnumSource(names = {"ASK", "AUTO"})
  void whatHasItAskIsConnectedTo(ExecMode exec) throws Exception {
    broker.close();
    prepare("other", exec);
    connected().request("g1", "make");
    assertThat(waiting().subject().text()).isEqualTo("make");
  }

  @ParameterizedTest
  @EnumSource(
      names = {"ASK", "AUTO"},
      mode = EnumSource.Mode.EXCLUDE)
  void noOtherAgentsGatewayIsConnectedTo(ExecMode exec) throws Exception {
    broker.close();
    prepare("other", exec);
    SmallGateway gateway = gateway();
    broker.running(coder.id(), coder.name());
    broker.look();
    broker.stopped(coder.id());
    broker.close(); // lets the worker finish first
    assertThat(fixture.backend.calls.toString()).doesNotContain("WayIn");
    assertThat(gateway.greeted).isEmpty();
    assertThat(log).isEmpty();
  }

  @Test
  void whatNobodyAnswersIsDeniedByItself() throws Exception {
    broker.close();
    broker = broker(Duration.ofSeconds(1));
    SmallGateway gateway = connected();
    gateway.request("g1", "make");
    await(() -> gateway.resolutions.contains("g1 deny"));
    assertThat(all().getFirst().state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void aGatewayThatComesLateIsFound() throws Exception {
    broker.running(coder.id(), coder.name());
    await(() -> fixture.backend.calls.toString().contains("closeWayIn"));
    SmallGateway gateway = gateway();
    assertThat(asks(gateway, "g1", "make").subject().text()).isEqualTo("make");
  }

  @Test
  void anAnswerThatWasGivenWhileTheConnectionWasLostIsHandedOver() throws Exception {
    SmallGateway gateway = connected();
    String id = asks(gateway, "g1", "make").id();
    gateway.drop();
    await(() -> logged("was lost for approvals"));
    var _ = approvals.decide(id, Verdict.ONCE, ANN);
    await(() -> gateway.resolutions.contains("g1 allow-once"));
    assertThat(all()).hasSize(1);
  }

  @Test
  void whatWasGivenUpWhileTheConnectionWasLostIsGone() throws Exception {
    SmallGateway gateway = connected();
    var _ = asks(gateway, "g1", "make");
    gateway.drop();
    gateway.giveUp("g1");
    await(() -> all().getFirst().state() == State.GONE);
  }

  @Test
  void aTurnThatIsBrokenOffWaitsNoLonger() throws Exception {
    SmallGateway gateway = connected();
    var _ = asks(gateway, "g1", "make");
    gateway.giveUp("g1");
    await(() -> all().getFirst().state() == State.GONE);
    assertThat(all().getFirst().decidedBy()).contains("OpenClaw: approval-scope-closed");
  }

  @Test
  void anAnswerThatTheGatewayDoesNotTakeIsSaidAndNotRepeated() throws Exception {
    SmallGateway gateway = connected();
    gateway.lies =
        (method, truth) ->
            Optional.of(
                method.equals("exec.approval.resolve")
                    ? truth.replace("\"ok\":true,\"payload\"", "\"ok\":false,\"payload\"")
                    : truth);
    var _ = approvals.decide(asks(gateway, "g1", "make").id(), Verdict.ONCE, ANN);
    await(() -> logged("its gateway did not take an answer"));
    var _ = approvals.decide(asks(gateway, "g2", "make clean").id(), Verdict.DENY, ANN);
    await(() -> gateway.resolutions.size() > 1);
    assertThat(gateway.resolutions).containsExactly("g1 allow-once", "g2 deny");
  }

  @Test
  void theEndOfTheAgentEndsWhatItAskedFor() throws Exception {
    SmallGateway gateway = connected();
    var _ = asks(gateway, "g1", "make");
    broker.stopped(coder.id());
    await(() -> all().getFirst().state() == State.GONE);
    await(() -> fixture.backend.calls.toString().contains("closeWayIn"));
  }

  @Test
  void aWrongTokenIsSaidAndTriedSeldom() throws Exception {
    SmallGateway gateway = new SmallGateway(socket, "another", fixture.host.clock());
    running = Optional.of(gateway);
    broker.running(coder.id(), coder.name());
    await(() -> logged("it refused us: UNAUTHORIZED"));
    assertThat(gateway.greeted).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{}}",
        "{\"type\":\"event\",\"event\":\"exec.approval.requested\",\"payload\":{\"id\":\"\\u001b[2J\"}}"
      })
  void garbageEndsTheConnectionAndIsSaid(String garbage) throws Exception {
    connected().send(garbage);
    await(() -> logged("is cut off from approvals"));
    assertThat(log.toString()).contains("it sent what no gateway sends").doesNotContain("\u001b");
    assertThat(all()).isEmpty();
  }

  @Test
  void aHugeFrameEndsTheConnectionAndIsSaid() throws Exception {
    connected().send("\"" + "x".repeat(GatewayFrame.LONGEST) + "\"");
    await(() -> logged("is cut off from approvals"));
  }

  @Test
  void aFloodEndsTheConnectionAndIsSaid() throws Exception {
    SmallGateway gateway = connected();
    for (int i = 0; i < 3 * FrameGate.FRAMES; i++) {
      gateway.send("{\"type\":\"event\",\"event\":\"tick\",\"payload\":{}}");
    }
    await(() -> logged("it floods"));
  }

  @Test
  void aGatewayThatListsGarbageIsCutOff() throws Exception {
    SmallGateway gateway = gateway();
    gateway.lies =
        (method, truth) ->
            Optional.of(
                method.equals("exec.approval.list")
                    ? truth.replace("\"payload\":[]", "\"payload\":[{}]")
                    : truth);
    broker.running(coder.id(), coder.name());
    await(() -> logged("is cut off from approvals"));
    assertThat(all()).isEmpty();
  }

  @Test
  void whatIsAskedBeforeAnOlderListArrivesIsNotTakenForGone() throws Exception {
    SmallGateway gateway = gateway();
    gateway.lies =
        (method, truth) -> {
          if (method.equals("exec.approval.list")) {
            gateway.request("g1", "make"); // goes out before the list, which does not have it
          }
          return Optional.of(truth);
        };
    broker.running(coder.id(), coder.name());
    var _ = approvals.decide(waiting().id(), Verdict.ONCE, ANN);
    await(() -> gateway.resolutions.contains("g1 allow-once"));
  }

  @Test
  void anErrorInItsThreadIsNotKeptToItself() throws Exception {
    Error why = new LinkageError("half a class");
    listeners.add(
        new ApprovalListener() {
          @Override
          public void asked(Approval approval) {
            throw why;
          }

          @Override
          public void ended(Approval approval) {}
        });
    broker.close();
    broker = broker(Duration.ofHours(10));
    SmallGateway gateway = connected();
    gateway.request("g1", "make");
    await(() -> broken.contains(why));
  }

  @Test
  void aDeniedHostIsAskedForAndTheProxyDoesNotWait() throws Exception {
    DenialQueue queue =
        new DenialQueue(
            (event, thread) -> Recording.at(CompletableFuture.allOf()),
            broker::denied,
            System::nanoTime);
    for (int i = 0; i < 100; i++) {
      assertThat(queue.record(denial("api.example.org", 443), Runnable::run).durable())
          .isCompleted();
    }
    assertThat(waiting().subject()).isEqualTo(new Approval.Egress("api.example.org", 443));
    assertThat(all()).hasSize(1);
  }

  private static EgressEvent denial(String host, int port) {
    return new EgressEvent.Decided(
        Fixture.CODER,
        Instant.EPOCH,
        1,
        EgressEvent.Kind.TLS,
        new Decision.Denied(Decision.Reason.NO_RULE, "no rule"),
        host,
        port,
        "",
        "",
        "",
        "",
        1);
  }
}
