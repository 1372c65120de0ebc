package dev.claw.egress;

/**
 * Bytes of bodies that are held at once, of all agents together. An agent holds at most as many as
 * it leaves free. So one alone comes to half of them, two to a third each, and there is always room
 * for one more agent. Safe for use by many threads.
 */
final class HeldBytes {
  private final long most;
  private long held;

  HeldBytes(long most) {
    this.most = most;
  }

  /** What one agent holds of them. */
  final class Share {
    private long mine;

    /** Whether so many more may be held; if so, they count until they are given back. */
    boolean take(long bytes) {
      synchronized (HeldBytes.this) {
        if (mine + bytes > most - held - bytes) {
          return false;
        }
        mine += bytes;
        held += bytes;
        return true;
      }
    }

    void giveBack(long bytes) {
      synchronized (HeldBytes.this) {
        mine -= bytes;
        held -= bytes;
      }
    }
  }

  Share share() {
    return new Share();
  }
}
