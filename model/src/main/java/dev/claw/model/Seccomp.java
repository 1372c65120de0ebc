package dev.claw.model;

import java.util.Locale;

/**
 * The system-call filter, whose JSON stands beside the lock as {@code seccomp.json}.
 *
 * @param digest of that file's bytes
 */
public record Seccomp(Kind kind, Digest digest) {
  /** Where the filter came from. */
  public enum Kind {
    /** Podman's own default on this host, as it was when the lock was made. */
    DEFAULT,
    /** Podman's default less what agents have no use for. */
    STRICT,
    /** A file that the template names. */
    CUSTOM;

    /** The word for it in templates and container specs. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
