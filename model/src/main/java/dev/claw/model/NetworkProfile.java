package dev.claw.model;

import java.util.Locale;

/** Where an agent can go at all. */
public enum NetworkProfile {
  /** No interface but {@code lo}, and nothing behind it. */
  OFFLINE,
  /** No interface but {@code lo}; what the egress rules admit leaves through the proxy. */
  ALLOWLIST,
  /** A user-mode network with everything that the operator can reach; no rule is enforced. */
  OPEN;

  /** The word for it in templates, locks and labels. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
