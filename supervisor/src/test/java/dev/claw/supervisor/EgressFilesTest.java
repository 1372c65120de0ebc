package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.egress.AgentAuthority;
import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EgressFilesTest {
  @TempDir Path folder;

  private Fixture fixture;
  private AgentRecord agent;
  private EgressFiles files;
  private Path host;

  @BeforeEach
  void makeCoder() throws Exception {
    fixture = Fixture.withCoder(folder);
    agent = fixture.record(Fixture.CODER);
    host = folder.resolve("host.crt");
    files = at(fixture.host.clock());
  }

  private EgressFiles at(Clock clock) {
    return new EgressFiles(fixture.host.home(), new TrustBundle(host), clock, fixture.random);
  }

  private PolicyLock lock(NetworkProfile profile, boolean inspect) throws Exception {
    CompiledPolicy policy = fixture.policy(Fixture.CODER, agent.id(), "one");
    EgressRule rule =
        new EgressRule("a.example", List.of(443), List.of(), List.of(), inspect, false, List.of());
    EgressPolicy egress =
        new EgressPolicy(profile, List.of(rule), List.of(), EgressPolicy.Budgets.UNBOUNDED);
    return PolicyLock.of(
        new CompiledPolicy(
            policy.template(),
            policy.agent(),
            policy.models(),
            egress,
            policy.container(),
            policy.versions(),
            policy.templateYaml(),
            policy.openclawJson(),
            policy.containerSpecJson(),
            policy.seccompJson()),
        1,
        Optional.empty());
  }

  private void inspecting() throws Exception {
    files.ensure(fixture.coder(), lock(NetworkProfile.ALLOWLIST, true));
  }

  private Path key() {
    return fixture.host.home().secrets().resolve("egress/" + agent.id() + ".key.pem");
  }

  private AgentAuthority authority() {
    return files.authority(fixture.coder(), agent.id()).orElseThrow();
  }

  private List<Certificate> bundle() throws Exception {
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(
                new ByteArrayInputStream(Files.readAllBytes(fixture.coder().caCertificates()))));
  }

  private static Certificate certificate(String pem) throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static Object inode(Path file) throws Exception {
    return Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void anAllowlistAgentAsksTheSupervisorForNamesOverTcp() throws Exception {
    files.ensure(fixture.coder(), lock(NetworkProfile.ALLOWLIST, false));
    assertThat(fixture.coder().resolvConf())
        .hasContent("nameserver 198.18.0.1\noptions use-vc timeout:5 attempts:1\n");
    assertThat(Files.getPosixFilePermissions(fixture.coder().resolvConf()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(fixture.coder().caCertificates()).doesNotExist();
    assertThat(key()).doesNotExist();
    assertThat(files.authority(fixture.coder(), agent.id())).isEmpty();
  }

  @Test
  void othersGetNothing() throws Exception {
    Files.delete(fixture.coder().resolvConf()); // from its making
    for (NetworkProfile profile : List.of(NetworkProfile.OFFLINE, NetworkProfile.OPEN)) {
      files.ensure(fixture.coder(), lock(profile, true));
    }
    assertThat(fixture.coder().resolvConf()).doesNotExist();
    assertThat(key()).doesNotExist();
  }

  @Test
  void theBundleHoldsWhatTheHostTrustsAndTheAgentsAuthority() throws Exception {
    AgentAuthority corporate = AgentAuthority.create(Fixture.CODER, Instant.now(), fixture.random);
    String noCertificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    Files.writeString(
        host, "# ours\n" + corporate.certificatePem() + noCertificate + corporate.certificatePem());
    inspecting();
    List<Certificate> certificates = bundle();
    assertThat(certificates).doesNotHaveDuplicates();
    assertThat(certificates.getFirst()).isEqualTo(certificate(authority().certificatePem()));
    assertThat(certificates).contains(certificate(corporate.certificatePem()));
    assertThat(certificates).hasSizeGreaterThan(20); // the JDK's own
    assertThat(Files.getPosixFilePermissions(key()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(key().getParent()))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aSecondTimeNothingIsWritten() throws Exception {
    inspecting();
    List<Path> all =
        List.of(
            key(),
            fixture.coder().resolvConf(),
            fixture.coder().caCertificates(),
            fixture.coder().egressAuthority());
    Object[] before = new Object[all.size()];
    for (int i = 0; i < before.length; i++) {
      before[i] = inode(all.get(i));
    }
    inspecting();
    for (int i = 0; i < before.length; i++) {
      assertThat(inode(all.get(i))).as(all.get(i).toString()).isEqualTo(before[i]);
    }
  }

  @Test
  void whatWasChangedIsWrittenAgain() throws Exception {
    inspecting();
    String certificate = authority().certificatePem();
    Files.writeString(fixture.coder().resolvConf(), "nameserver 8.8.8.8\n");
    Files.writeString(fixture.coder().caCertificates(), "");
    inspecting();
    assertThat(fixture.coder().resolvConf()).hasContent(EgressFiles.RESOLV_CONF);
    assertThat(bundle()).hasSizeGreaterThan(20);
    assertThat(authority().certificatePem()).isEqualTo(certificate);
  }

  @Test
  void aLinkIsReplacedAndNotFollowed() throws Exception {
    Path precious = Files.writeString(folder.resolve("precious"), "mine");
    inspecting();
    for (Path file :
        List.of(
            key(),
            fixture.coder().resolvConf(),
            fixture.coder().caCertificates(),
            fixture.coder().egressAuthority())) {
      Files.delete(file);
      Files.createSymbolicLink(file, precious);
    }
    inspecting();
    assertThat(precious).hasContent("mine");
    assertThat(fixture.coder().resolvConf()).isRegularFile().hasContent(EgressFiles.RESOLV_CONF);
    assertThat(Files.isSymbolicLink(key())).isFalse();
    assertThat(bundle()).contains(certificate(authority().certificatePem()));
  }

  @Test
  void aLinkInPlaceOfTheKeysFolderIsRefused() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(key().getParent(), elsewhere);
    Fixture.assertRefused(SupervisorException.Reason.STATE, this::inspecting);
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void aKeyThatDoesNotFitIsMadeAnewWithItsCertificate() throws Exception {
    inspecting();
    String before = authority().certificatePem();
    // As a crash between the two leaves it.
    StateFiles.replace(
        key(), AgentAuthority.create(Fixture.CODER, Instant.now(), fixture.random).keyPem());
    assertThat(files.authority(fixture.coder(), agent.id())).isEmpty();
    inspecting();
    assertThat(authority().certificatePem()).isNotEqualTo(before);
    assertThat(bundle())
        .contains(certificate(authority().certificatePem()))
        .doesNotContain(certificate(before));
  }

  @Test
  void aKeyThatOthersCouldReadIsMadeAnew() throws Exception {
    inspecting();
    String before = Files.readString(key());
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
    inspecting();
    assertThat(key()).content().isNotEqualTo(before);
    assertThat(Files.getPosixFilePermissions(key()))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void anAuthorityIsRenewedBeforeItEnds() throws Exception {
    inspecting();
    String before = authority().certificatePem();
    files = at(Clock.fixed(authority().notAfter().minusSeconds(60), ZoneOffset.UTC));
    assertThat(files.authority(fixture.coder(), agent.id())).isEmpty();
    inspecting();
    assertThat(authority().certificatePem()).isNotEqualTo(before);
  }

  @Test
  void whatCantBeWrittenFails() throws Exception {
    Files.delete(fixture.coder().resolvConf());
    Files.createDirectory(fixture.coder().resolvConf());
    Fixture.assertRefused(SupervisorException.Reason.STATE, this::inspecting);
  }

  @Test
  void theKeyIsForgottenWithTheAgent() throws Exception {
    inspecting();
    files.forget(agent.id());
    assertThat(key()).doesNotExist();
    assertThat(files.authority(fixture.coder(), agent.id())).isEmpty();
    files.forget(agent.id());
  }
}
