package dev.claw.lock;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Digest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a lock's verification. Only {@link Verified} lets anything start. */
public sealed interface LockVerdict {
  /** The verdict in one sentence without a full stop; what to do comes after a semicolon. */
  String sentence();

  /** The lock is this agent's, signed by the current key, and not older than one seen before. */
  record Verified(PolicyLock lock) implements LockVerdict {
    @Override
    public String sentence() {
      return "the lock with serial " + lock.serial() + " is signed and current";
    }
  }

  /** There is no signature. */
  record Unsigned() implements LockVerdict {
    @Override
    public String sentence() {
      return "expected a signature in the lock, found none; review the policy and lock it again";
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
      return "expected a signature by the host's current key, found one by "
          + (retiredSince == null
              ? "an unknown key "
              : "a key retired since " + retiredSince + ", ")
          + keyId.abbreviated()
          + "; review the policy and lock it again";
    }
  }

  /** The lock, or the signature by the current key, was changed. */
  record BadSignature(Digest keyId) implements LockVerdict {
    @Override
    public String sentence() {
      return "the signature by key "
          + keyId.abbreviated()
          + " does not fit the lock: one of them was changed; review the policy and lock it again";
    }
  }

  /** A lock with a higher serial has been seen. */
  record Replayed(long serial, long highest) implements LockVerdict {
    @Override
    public String sentence() {
      return "expected a lock with serial "
          + highest
          + " or higher, found serial "
          + serial
          + ": an older lock was put back; review the policy and lock it again";
    }
  }

  /**
   * The bytes are no lock.
   *
   * @param where {@code LINE:COLUMN} or a path of keys
   * @param why what was expected and what was found
   */
  record Malformed(String where, String why) implements LockVerdict {
    @Override
    public String sentence() {
      return where + ": " + why + "; review the policy and lock it again";
    }
  }

  /** The lock was made for another agent. */
  record OtherAgent(AgentId id, AgentName name) implements LockVerdict {
    @Override
    public String sentence() {
      return "expected this agent's lock, found that of "
          + name
          + " ("
          + id
          + "); put the agent's own back or lock it again";
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
