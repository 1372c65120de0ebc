package dev.claw.cli;

/**
 * The configuration file as {@code claw init} writes it: every key with its default, none of them
 * set.
 */
final class ConfigFile {
  static final String TEMPLATE =
      """
      # Defaults of claw. A command's option goes before the environment (CLAW_…), the environment before this file.

      # Limits that this host need not enforce: memory, cpus, pids. Each start without one is on record.
      #                                                                         CLAW_ALLOW_UNENFORCED
      #allowUnenforced: []

      # How long a start waits until the gateway is ready.                      CLAW_READY_TIMEOUT
      #readyTimeout: 180s

      # After how long a supervisor that was started on demand ends when no agent needs it.
      #                                                                         CLAW_SUPERVISOR_IDLE_EXIT
      #supervisor: {idleExit: 60s}

      # After how long an approval that nobody answered is denied; 30m at most, for a host 10m at most.
      #                                                                         CLAW_APPROVAL_TIMEOUT
      #approvalTimeout: 30m

      # After how long a captured connection on which the agent has said nothing is made to its host, on other ports
      # than 80 and 443 where a rule allows any protocol: there the host may be the one to speak first, and HTTP or TLS
      # that comes later is refused. Longer, up to 9s, where programs are slow. CLAW_EGRESS_SILENCE
      #egressSilence: 500ms
      """;

  private ConfigFile() {}
}
