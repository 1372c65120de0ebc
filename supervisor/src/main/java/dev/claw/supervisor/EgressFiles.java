package dev.claw.supervisor;

import dev.claw.egress.AgentAuthority;
import dev.claw.lock.PolicyLock;
import dev.claw.lock.PrivateFile;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * The files that an agent's container shows read-only so that programs find their way to the egress
 * proxy, and the authority in whose name claw looks inside TLS. Whatever is missing or not as it
 * should be is written again, and nothing else is touched; a link is replaced, never followed.
 */
public final class EgressFiles {
  /**
   * The supervisor's answers come over TCP only, since nothing else is captured. One attempt: where
   * nobody answers, asking again delays the error.
   */
  static final String RESOLV_CONF = "nameserver 198.18.0.1\noptions use-vc timeout:5 attempts:1\n";

  private static final int LARGEST_PEM = 64 << 10;
  private static final Duration RENEWAL = Duration.ofDays(30);

  private final ClawHome home;
  private final TrustBundle trust;
  private final Clock clock;
  private final SecureRandom random;

  public EgressFiles(ClawHome home, Clock clock, SecureRandom random) {
    this(home, new TrustBundle(TrustBundle.HOST), clock, random);
  }

  EgressFiles(ClawHome home, TrustBundle trust, Clock clock, SecureRandom random) {
    this.home = home;
    this.trust = trust;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Writes what the agent of this lock needs. The caller has the agent's lease, and its container
   * does not run: a file that is replaced is another one than the container shows.
   *
   * @throws SupervisorException where a file can't be written
   */
  public void ensure(AgentFolder folder, PolicyLock lock) throws SupervisorException {
    if (lock.reach().profile() != NetworkProfile.ALLOWLIST) {
      return;
    }
    StateFiles.keep(folder.resolvConf(), RESOLV_CONF);
    if (lock.reach().inspects()) {
      AgentAuthority authority = authorityOrNew(folder, lock.agentId(), lock.agentName());
      StateFiles.keep(folder.caCertificates(), trust.with(authority.certificatePem()));
    }
  }

  /**
   * The agent's authority; empty where it has none, or none that holds: then {@link #ensure} makes
   * one at its next start.
   */
  public Optional<AgentAuthority> authority(AgentFolder folder, AgentId agent) {
    try {
      AgentAuthority authority =
          AgentAuthority.parse(read(folder.egressAuthority()), read(key(agent)), random);
      boolean holds = clock.instant().plus(RENEWAL).isBefore(authority.notAfter());
      return holds ? Optional.of(authority) : Optional.empty();
    } catch (IOException | InvalidValueException e) {
      return Optional.empty();
    }
  }

  /** Removes the authority's key for good; the agent's other files go with its folder. */
  public void forget(AgentId agent) throws SupervisorException {
    StateFiles.delete(key(agent));
  }

  /**
   * The key is written first: a crash before the certificate leaves two that do not belong
   * together, which are both made again.
   */
  private AgentAuthority authorityOrNew(AgentFolder folder, AgentId id, AgentName name)
      throws SupervisorException {
    Optional<AgentAuthority> there = authority(folder, id);
    if (there.isPresent()) {
      return there.get();
    }
    Path keys = keys();
    if (!Files.exists(keys, LinkOption.NOFOLLOW_LINKS)) {
      ClawHome.createFolder(keys);
    }
    if (!Files.isDirectory(keys, LinkOption.NOFOLLOW_LINKS)) {
      throw new SupervisorException(
          Reason.STATE, keys + ": expected a folder, found something else; move it away");
    }
    AgentAuthority made = AgentAuthority.create(name, clock.instant(), random);
    StateFiles.replace(key(id), made.keyPem());
    StateFiles.replace(folder.egressAuthority(), made.certificatePem());
    return made;
  }

  private Path key(AgentId agent) {
    return keys().resolve(agent + ".key.pem");
  }

  private Path keys() {
    return home.secrets().resolve("egress");
  }

  private static String read(Path file) throws IOException {
    return new String(PrivateFile.read(file, LARGEST_PEM), StandardCharsets.US_ASCII);
  }
}
