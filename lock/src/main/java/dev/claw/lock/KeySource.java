package dev.claw.lock;

/**
 * Where the present keys come from. A long-lived process asks before each signature, so that it
 * never signs with a key that another process has retired.
 */
@FunctionalInterface
public interface KeySource {
  /** The keys as they stand now. */
  KeyRing ring() throws KeyException;
}
