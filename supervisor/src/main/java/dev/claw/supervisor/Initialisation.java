package dev.claw.supervisor;

import dev.claw.lock.KeyException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes what is missing of the state folder. Each step is whole or not there, so it can be run
 * again after a crash.
 */
public final class Initialisation {
  private final Host host;
  private final SecureRandom random;

  public Initialisation(Host host, SecureRandom random) {
    this.host = host;
    this.random = random;
  }

  /**
   * What it did.
   *
   * @param made what was not there before
   */
  public record Report(Path home, List<Path> made, String keyId) {
    /** Copies the list. */
    public Report {
      made = List.copyOf(made);
    }
  }

  /**
   * @param configuration text of the configuration file where there is none
   */
  public Report run(String configuration) throws SupervisorException {
    ClawHome home = host.home();
    List<Path> made = new ArrayList<>(home.create());
    Path key = home.secrets().resolve("host.key");
    try {
      if (!Files.exists(key, LinkOption.NOFOLLOW_LINKS)) {
        host.keys().create(random);
        made.add(key);
      }
      if (!Files.exists(home.config(), LinkOption.NOFOLLOW_LINKS)) {
        StateFiles.replace(home.config(), configuration);
        made.add(home.config());
      }
      boolean fresh = !Files.exists(home.database(), LinkOption.NOFOLLOW_LINKS);
      if (fresh) {
        made.add(home.database());
      }
      String keyId = host.keys().load().signing().keyId().value();
      record(home, made, keyId, fresh);
      // Last: a chain that is missing beside a database was taken away, and did not begin yet
      // where there is none.
      if (fresh) {
        StateDatabase.open(home.database()).close();
      }
      return new Report(home.root(), made, keyId);
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  private void record(ClawHome home, List<Path> made, String keyId, boolean fresh)
      throws SupervisorException {
    Map<String, Object> details =
        Map.of("key", keyId, "made", made.stream().map(Path::toString).toList());
    if (fresh) {
      host.journal().begin(home.audit(), "host.init", null, details);
    } else if (!made.isEmpty() || !Files.exists(home.audit(), LinkOption.NOFOLLOW_LINKS)) {
      host.journal().noteOnHost("host.init", details);
    }
  }
}
