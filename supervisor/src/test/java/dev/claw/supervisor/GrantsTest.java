package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditVerdict;
import dev.claw.egress.Grant;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final List<Integer> HTTPS = List.of(443);

  @TempDir Path folder;
  private Fixture fixture;
  private final List<AgentName> told = new ArrayList<>();

  @BeforeEach
  void make() throws Exception {
    fixture = Fixture.initialised(folder);
    create(CODER, NetworkProfile.ALLOWLIST);
  }

  private static EgressRule rule(String host, List<Integer> ports, List<String> methods) {
    return new EgressRule(host, ports, methods, List.of(), false, false, List.of());
  }

  private void create(AgentName name, NetworkProfile profile) throws Exception {
    CompiledPolicy made = fixture.policy(name, AgentId.random(fixture.random), "one");
    EgressPolicy egress =
        new EgressPolicy(
            profile,
            List.of(),
            List.of(
                rule("**.evil.example", List.of(443, 80), List.of()),
                rule("api.example", HTTPS, List.of("DELETE"))),
            EgressPolicy.Budgets.UNBOUNDED);
    new AgentCreation(fixture.host)
        .create(
            new CompiledPolicy(
                made.template(),
                made.agent(),
                new ModelPolicy("", List.of()),
                egress,
                made.container(),
                made.versions(),
                made.templateYaml(),
                made.openclawJson(),
                made.containerSpecJson(),
                made.seccompJson()));
  }

  private Grants grants() {
    return new Grants(fixture.host, told::add);
  }

  private List<Grants.Listed> listed() throws Exception {
    Grants.Listing listing = grants().list(Optional.of(CODER));
    assertThat(listing.problems()).isEmpty();
    return listing.grants();
  }

  @Test
  void givesListsAndRevokesOnRecord() throws Exception {
    Grants.Listed given = grants().give(CODER, "API.github.com", List.of(443, 22, 443), HOUR);
    assertThat(given.host()).isEqualTo("api.github.com");
    assertThat(given.ports()).containsExactly(22, 443);
    assertThat(given.remaining()).isEqualTo(3600);
    assertThat(told).containsExactly(CODER);
    assertThat(listed()).extracting(Grants.Listed::id).containsExactly(given.id());
    assertThat(grants().list(Optional.empty()).grants()).hasSize(1);
    assertThat(grants().revoke(CODER, given.id())).containsExactly(given.id());
    assertThat(listed()).isEmpty();
    assertThat(told).containsExactly(CODER, CODER);
    assertThat(fixture.events(fixture.coder().audit()))
        .containsSubsequence(
            "egress.grant intent",
            "egress.grant DONE",
            "egress.revoke intent",
            "egress.revoke DONE");
    assertThat(fixture.records(fixture.coder().audit()))
        .anySatisfy(
            record ->
                assertThat(record.event().details())
                    .containsEntry("grant", given.id())
                    .containsEntry("host", "api.github.com")
                    .containsEntry("ports", List.of(22L, 443L))
                    .containsEntry("seconds", 3600L));
    assertThat(fixture.verify(fixture.coder().audit())).isInstanceOf(AuditVerdict.Intact.class);
  }

  @Test
  void revokesAllOfAHost() throws Exception {
    grants().give(CODER, "a.example", HTTPS, HOUR);
    grants().give(CODER, "a.example", List.of(80), HOUR);
    grants().give(CODER, "b.example", HTTPS, HOUR);
    assertThat(grants().revoke(CODER, "A.example")).hasSize(2);
    assertThat(listed()).extracting(Grants.Listed::host).containsExactly("b.example");
    assertRefused(Reason.NOT_FOUND, () -> grants().revoke(CODER, "a.example"))
        .hasMessageContaining("claw egress grants coder");
    assertRefused(Reason.NOT_FOUND, () -> grants().revoke(CODER, "\u001b[2J"))
        .hasMessageNotContaining("\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "**",
        "*.*.example",
        "a..example",
        "a b.example",
        "a\u001b[2J.example",
        "a\nb.example",
        "a\0.example",
        "http://a.example",
        "a.example:443",
        "a.example/x",
        "user@a.example",
        "a_b.example",
        "-a.example",
        "bücher.example",
        "раураl.com",
        "xn--\u200d.example",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.256",
        "1.2.3.4.5",
        "[::1]",
        "::ffff:127.0.0.1",
        "::1%eth0",
        "*.127.0.0.1",
        "**.::1",
        "localhost",
        "LOCALHOST",
        "a.localhost",
        "*.localhost",
        "**.localhost",
        "metadata.google.internal",
        "$(id).example"
      })
  void refusesWhatIsNoPatternOrAdmitsNothing(String host) throws Exception {
    assertRefused(Reason.REFUSED, () -> grants().give(CODER, host, HTTPS, HOUR))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith("host: ")
                    .doesNotContain("\u001b", "\n", "\0"));
    assertThat(listed()).isEmpty();
    assertThat(fixture.events(fixture.coder().audit())).noneMatch(e -> e.startsWith("egress"));
  }

  @Test
  void aNameInOtherLettersGetsItsAsciiForm() {
    assertRefused(Reason.REFUSED, () -> grants().give(CODER, "bücher.example", HTTPS, HOUR))
        .hasMessageContaining("'xn--bcher-kva.example'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "169.254.169.254", "::1", "fd00:ec2::254", "10.0.0.1"})
  void anAddressIsTakenWhereItIsNamedItself(String host) throws Exception {
    assertThat(grants().give(CODER, host, HTTPS, HOUR).host()).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void refusesPortsThatAreNone(int port) {
    assertRefused(Reason.REFUSED, () -> grants().give(CODER, "a.example", List.of(port), HOUR));
    assertRefused(Reason.REFUSED, () -> grants().give(CODER, "a.example", List.of(), HOUR));
  }

  @ParameterizedTest
  @ValueSource(longs = {-60, 0, 29, 30L * 86_400 + 1, Long.MAX_VALUE / 1000})
  void refusesTimesOutOfBounds(long seconds) {
    assertRefused(
            Reason.REFUSED,
            () -> grants().give(CODER, "a.example", HTTPS, Duration.ofSeconds(seconds)))
        .hasMessageContaining("from 30s to 30d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x.evil.example", "*.evil.example", "**.evil.example", "**.x.evil.example"})
  void aDenyOfTheLockWins(String host) throws Exception {
    assertRefused(Reason.REFUSED, () -> grants().give(CODER, host, HTTPS, HOUR))
        .hasMessageContaining("deny **.evil.example:443")
        .hasMessageContaining("a deny wins");
    assertThat(grants().give(CODER, host, List.of(22), HOUR)).isNotNull();
    assertThat(told).hasSize(1);
  }

  @Test
  void aDenyThatLeavesSomethingIsNoReasonToRefuse() throws Exception {
    assertThat(grants().give(CODER, "api.example", HTTPS, HOUR)).isNotNull();
    assertThat(grants().give(CODER, "**.example", HTTPS, HOUR)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({
    "a.example, a.example, true",
    "a.example, b.example, false",
    "*.example, a.example, true",
    "*.example, a.b.example, false",
    "*.example, *.example, true",
    "*.example, **.example, false",
    "*.example, *.b.example, false",
    "**.example, a.b.example, true",
    "**.example, example, false",
    "**.example, *.example, true",
    "**.example, **.b.example, true",
    "**.b.example, **.example, false",
    "**.example, bexample, false",
    "a.example, *.example, false"
  })
  void knowsWhichPatternCoversWhich(String wide, String narrow, boolean covers) {
    assertThat(GrantCheck.covers(wide, narrow)).isEqualTo(covers);
  }

  @Test
  void refusesAgentsWithoutADoor() throws Exception {
    AgentName offline = new AgentName("offline");
    create(offline, NetworkProfile.OFFLINE);
    assertRefused(Reason.REFUSED, () -> grants().give(offline, "a.example", HTTPS, HOUR))
        .hasMessageContaining("it has no door");
    AgentName open = new AgentName("open");
    create(open, NetworkProfile.OPEN);
    assertRefused(Reason.REFUSED, () -> grants().give(open, "a.example", HTTPS, HOUR))
        .hasMessageContaining("reaches every host");
    assertRefused(
        Reason.NOT_FOUND, () -> grants().give(new AgentName("nobody"), "a.example", HTTPS, HOUR));
  }

  @Test
  void refusesAnAgentWhoseLockDoesNotVerify() throws Exception {
    Path lock = fixture.coder().lock();
    Files.writeString(lock, Files.readString(lock).replace("evil.example", "good.example"));
    assertRefused(Reason.DRIFT, () -> grants().give(CODER, "a.example", HTTPS, HOUR));
    assertThat(listed()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void nothingIsGivenThatIsNotOnRecord() throws Exception {
    Files.delete(fixture.coder().audit());
    assertRefused(Reason.AUDIT, () -> grants().give(CODER, "a.example", HTTPS, HOUR));
    assertThat(listed()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void saysWhatHoldsWhereTheRunningEgressCouldNotBeTold() throws Exception {
    Grants deaf =
        new Grants(
            fixture.host,
            agent -> {
              throw new SupervisorException(Reason.FAILED, "no answer");
            });
    assertRefused(Reason.FAILED, () -> deaf.give(CODER, "a.example", HTTPS, HOUR))
        .hasMessageContaining("is given, but the supervisor could not be told")
        .hasMessageContaining("no answer");
    assertThat(listed()).hasSize(1);
  }

  @Test
  void aRowThatWasAddedIsReportedAndCanBeRevoked() throws Exception {
    GrantStore store = new GrantStore(fixture.host);
    AgentId other = AgentId.random(fixture.random);
    store.give(
        other,
        new Grant("g-1", "a.example", HTTPS, Instant.EPOCH),
        HOUR,
        fixture.host.journal().actor());
    try (StateDatabase state = StateDatabase.open(fixture.host.home().database())) {
      state.inTransaction(
          connection -> {
            try (var update = connection.prepareStatement("UPDATE egress_grant SET agent_id = ?")) {
              update.setString(1, fixture.record(CODER).id().value());
              return update.executeUpdate();
            }
          });
    }
    Grants.Listing listing = grants().list(Optional.of(CODER));
    assertThat(listing.grants()).isEmpty();
    assertThat(listing.problems()).hasSize(1);
    assertThat(listing.problems().getFirst()).contains("coder: grant 'g-1'", "admits nothing");
    assertThat(grants().revoke(CODER, "g-1")).containsExactly("g-1");
    assertThat(listed()).isEmpty();
  }

  @Test
  void keyRotationKeepsGrants() throws Exception {
    Grants.Listed given = grants().give(CODER, "a.example", HTTPS, HOUR);
    new KeyRotation(fixture.host, fixture.random).rotate();
    assertThat(listed()).extracting(Grants.Listed::id).containsExactly(given.id());
  }
}
