package dev.claw.egress;

/** What the rules say to one request, connection or name. */
public sealed interface Decision {
  /**
   * Rules that are marked {@code audit} and would have decided, as text; empty where there are
   * none. They are on record and decide nothing.
   */
  String audited();

  /**
   * It may pass.
   *
   * @param rule the rule that admits it, as text
   * @param grant id of the grant behind the rule; empty where the lock has it
   * @param inspect whether TLS must be terminated here, so that each request is judged
   */
  record Allowed(String rule, String grant, boolean inspect, String audited) implements Decision {}

  /**
   * It may not.
   *
   * @param why a sentence's end for people, without a full stop
   */
  record Denied(Reason reason, String why, String audited) implements Decision {
    /** Denied, and no audit rule had a say. */
    public Denied(Reason reason, String why) {
      this(reason, why, "");
    }
  }

  /** Why something was denied. */
  enum Reason {
    /** No rule names host and port. */
    NO_RULE,
    /** A rule in {@code deny} names it. */
    DENY_RULE,
    /** Rules name the host, but not with this method. */
    METHOD,
    /** Rules name the host, but not with this path. */
    PATH,
    /** Rules name the host, but for other programs. */
    PROGRAM,
    /** The rule looks into requests, and what came was neither HTTP nor TLS it may open. */
    PROTOCOL,
    /** The host is neither a name nor a plainly spelled address. */
    MALFORMED_HOST,
    /** The request is no HTTP/1.1 that everybody reads alike. */
    MALFORMED_REQUEST,
    /** The TLS ClientHello names no host, another host, or hides it. */
    SERVER_NAME,
    /** Host header and target differ. */
    HOST_HEADER,
    /** The name leads only to addresses that a rule must name themselves. */
    ADDRESS,
    /** The name does not exist, or its lookup failed. */
    LOOKUP,
    /** The host did not accept a connection. */
    CONNECT,
    /** The host's certificate was refused. */
    CERTIFICATE,
    /** A limit of claw: connections, sizes, times. */
    LIMIT,
    /** A budget of the policy is used up. */
    BUDGET,
    /** The model, provider or call is not in the policy. */
    MODEL,
    /** The decision could not be put on record. */
    RECORD
  }
}
