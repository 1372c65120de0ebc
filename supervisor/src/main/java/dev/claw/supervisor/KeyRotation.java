package dev.claw.supervisor;

import dev.claw.lock.HostKey;
import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.LockEnvelope;
import dev.claw.lock.PublicKeys;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces the host's key without a moment in which a lock does not verify: every lock and grant is
 * signed by both keys first.
 */
public final class KeyRotation {
  private final Host host;
  private final SecureRandom random;

  public KeyRotation(Host host, SecureRandom random) {
    this.host = host;
    this.random = random;
  }

  /**
   * A key of the host's.
   *
   * @param retired since when it no longer signs; empty for the present key
   */
  public record Key(String id, Optional<Instant> retired, String file) {}

  /**
   * What a rotation did.
   *
   * @param signed agents whose locks are signed by the new key; deleted ones as {@code trash/KEY}
   * @param leftOut agents whose locks did not hold before, each with why
   */
  public record Report(String keyId, List<String> signed, List<String> leftOut) {}

  /** The present key first, then the earlier ones, the last retired first. */
  public List<Key> keys() throws SupervisorException {
    host.home().verify();
    PublicKeys known = load().known();
    List<Key> keys = new ArrayList<>();
    Path folder = host.home().keys();
    keys.add(
        new Key(
            known.current().keyId().value(),
            Optional.empty(),
            folder.resolve("host.pub").toString()));
    known.retired().stream()
        .sorted(java.util.Comparator.comparing(PublicKeys.Retired::since).reversed())
        .forEach(
            retired ->
                keys.add(
                    new Key(
                        retired.key().keyId().value(),
                        Optional.of(retired.since()),
                        folder
                            .resolve(retired.key().keyId().value().substring(7, 23) + ".pub")
                            .toString())));
    return keys;
  }

  /** Makes a new key and signs every lock that holds with it. */
  public Report rotate() throws SupervisorException, dev.claw.model.BackendException {
    host.home().verify();
    String before = load().signing().keyId().value();
    return host.journal()
        .onHost(
            "key.rotate",
            null,
            Map.of("old", before),
            this::rotateRecorded,
            report ->
                Map.of(
                    "new", report.keyId(), "signed", report.signed(), "leftOut", report.leftOut()));
  }

  private Report rotateRecorded() throws SupervisorException {
    List<String> signed = new ArrayList<>();
    List<String> leftOut = new ArrayList<>();
    try {
      KeyRing after =
          host.keys().rotate(random, (old, successor) -> resign(old, successor, signed, leftOut));
      return new Report(after.signing().keyId().value(), List.copyOf(signed), List.copyOf(leftOut));
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  private void resign(KeyRing old, HostKey successor, List<String> signed, List<String> leftOut)
      throws IOException {
    try {
      new GrantStore(host).resign(old, successor);
      Resigning resigning = new Resigning(old, successor, signed, leftOut);
      for (AgentStore.Entry entry : host.agents().list()) {
        if (entry.agent().isEmpty()) {
          leftOut.add(entry.problem());
          continue;
        }
        AgentRecord agent = entry.agent().get();
        try (AgentLease _ = AgentLease.take(host.home(), agent.name())) {
          resigning.resign(agent.name().value(), agent, host.home().agent(agent.name()));
        }
      }
      // So that an agent that is restored later starts as it would have before.
      for (Trash.Item item : new Trash(host).list()) {
        String subject = "trash/" + item.key();
        try (AgentLease _ = AgentLease.take(host.home(), item.name())) {
          AgentFolder folder = new AgentFolder(host.home().trash().resolve(item.key()));
          Optional<AgentRecord> agent = AgentStore.peek(folder);
          if (agent.isPresent()) {
            resigning.resign(subject, agent.get(), folder);
          } else {
            leftOut.add(subject + ": its agent.yaml can't be read");
          }
        }
      }
    } catch (SupervisorException e) {
      throw new IOException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Signs one lock after the other with both keys. */
  private final class Resigning {
    private final KeyRing old;
    private final HostKey successor;
    private final List<String> signed;
    private final List<String> leftOut;
    private final LockCheck locks = new LockCheck(host);

    Resigning(KeyRing old, HostKey successor, List<String> signed, List<String> leftOut) {
      this.old = old;
      this.successor = successor;
      this.signed = signed;
      this.leftOut = leftOut;
    }

    void resign(String subject, AgentRecord agent, AgentFolder folder) throws SupervisorException {
      LockCheck.Outcome outcome = locks.files(agent, folder, old.known());
      if (outcome.lock().isPresent()) {
        // A file that drifted is no reason to leave out the lock, which says that it did.
        byte[] both = LockEnvelope.sign(outcome.lock().get(), old.signing(), successor);
        StateFiles.replace(folder.lock(), both);
        signed.add(subject);
      } else {
        leftOut.add(subject + ": " + outcome.verdict().sentence());
      }
    }
  }

  private KeyRing load() throws SupervisorException {
    try {
      return host.keys().load();
    } catch (KeyException e) {
      throw new SupervisorException(Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }
}
