package dev.claw.lock;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Digest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a lock's verification. Only {@link Verified} lets anything start. */
public sealed interface LockVerdict {
  /** What a sentence about the lock begins with. */
  String FILE = "policy.lock.json: ";

  /** What a person does about a lock that does not hold. */
  String AGAIN = "; review the policy and lock it again with 'claw start --force'";

  /** The verdict in one sentence without a full stop; what to do comes after a semicolon. */
  String sentence();

  /** The lock is this agent's, signed by the current key, and not older than one seen before. */
  record Verified(PolicyLock lock) implements LockVerdict {
    @Override
    public String sentence() {
      return "the lock with serial " + lock.serial() + " is signed and current";
    }
  }

  /**
   * There is no signature.
   *
   * @param present whether there is a lock at all
   */
  record Unsigned(boolean present) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE
          + (present ? "expected a signature, found none" : "expected a signed lock, found no file")
          + AGAIN;
    }
  }

  /**
   * No signature is by the current key.
   *
   * @param keyId the key of a signature that is there
   * @param retiredSince since when it no longer signs; null where claw never knew it
   */
  record UnknownKey(Digest keyId, @Nullable Instant retiredSince) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE
          + "expected a signature by the host's current key, found one by "
          + (retiredSince == null
              ? "an unknown key "
              : "a key retired since " + retiredSince + ", ")
          + keyId.abbreviated()
          + AGAIN;
    }
  }

  /** The lock, or the signature by the current key, was changed. */
  record BadSignature(Digest keyId) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE
          + "expected a signature by key "
          + keyId.abbreviated()
          + " that fits the lock, found one that does not: one of them was changed"
          + AGAIN;
    }
  }

  /** A lock with a higher serial has been seen. */
  record Replayed(long serial, long highest) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE
          + "expected a lock with serial "
          + highest
          + " or higher, found serial "
          + serial
          + ": an older lock was put back"
          + AGAIN;
    }
  }

  /**
   * The bytes are no lock.
   *
   * @param where {@code LINE:COLUMN} or a path of keys; empty for the file as a whole
   * @param why what was expected and what was found
   */
  record Malformed(String where, String why) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE + (where.isEmpty() ? "" : where + ": ") + why + AGAIN;
    }
  }

  /** The lock was made for another agent. */
  record OtherAgent(AgentId id, AgentName name) implements LockVerdict {
    @Override
    public String sentence() {
      return FILE
          + "expected this agent's lock, found that of "
          + name
          + " ("
          + id
          + "); put the agent's own back, or review the policy and lock it again with 'claw start --force'";
    }
  }

  /** The lock is good; reality differs from it. */
  record Drifted(PolicyLock lock, List<Drift> drifts) implements LockVerdict {
    /** Copies the list; it is not empty. */
    public Drifted {
      drifts = List.copyOf(drifts);
      if (drifts.isEmpty()) {
        throw new IllegalArgumentException("no drift");
      }
    }

    @Override
    public String sentence() {
      return String.join("; ", drifts.stream().map(Drift::sentence).toList());
    }
  }
}
