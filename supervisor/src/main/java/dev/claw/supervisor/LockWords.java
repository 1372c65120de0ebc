package dev.claw.supervisor;

import dev.claw.lock.LockVerdict;
import dev.claw.supervisor.AgentStatus.LockState;

/** What came of verifying a lock, in the one word of listings. */
final class LockWords {
  private LockWords() {}

  static LockState state(LockVerdict verdict) {
    return switch (verdict) {
      case LockVerdict.Verified verified -> LockState.VERIFIED;
      case LockVerdict.Unsigned unsigned -> LockState.UNSIGNED;
      case LockVerdict.UnknownKey unknown -> LockState.UNKNOWN_KEY;
      case LockVerdict.BadSignature bad -> LockState.BAD_SIGNATURE;
      case LockVerdict.Replayed replayed -> LockState.REPLAYED;
      case LockVerdict.OtherAgent other -> LockState.OTHER_AGENT;
      case LockVerdict.Malformed malformed -> LockState.MALFORMED;
      case LockVerdict.Drifted drifted -> LockState.DRIFTED;
    };
  }
}
