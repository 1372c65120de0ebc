package dev.claw.cli;

/** The part of {@code claw(1)} that no command tells: environment, files, an example, see also. */
final class ManPageSurroundings {
  private ManPageSurroundings() {}

  static void add(Roff page) {
    page.section("ENVIRONMENT");
    page.paragraph("An option goes before the environment, and that before config.yaml.");
    page.item("CLAW_HOME", "The state folder. Default: ~/.claw.");
    page.item(
        "CLAW_ALLOW_UNENFORCED",
        "Limits that the host need not enforce, separated by commas: memory, cpus, pids. Default:"
            + " none. In config.yaml: allowUnenforced.");
    page.item(
        "CLAW_READY_TIMEOUT",
        "How long a start waits for the gateway, such as 90s or 5m. Default: "
            + Configuration.BUILT_IN.readyTimeout().toMinutes()
            + "m. In config.yaml: readyTimeout.");
    page.item(
        "CLAW_SUPERVISOR_IDLE_EXIT",
        "After how long a supervisor that was started on demand ends when no agent needs it. Default: "
            + Configuration.BUILT_IN.idleExit().toMinutes()
            + "m. In config.yaml: supervisor.idleExit.");
    page.item(
        "CLAW_APPROVAL_TIMEOUT",
        "After how long an approval that nobody answered is denied, such as 90s or 10m. Default: "
            + Configuration.BUILT_IN.approvalTimeout().toMinutes()
            + "m, and 10m at most for a host. In config.yaml: approvalTimeout. Read by the supervisor when it starts.");
    page.item(
        "CLAW_EGRESS_SILENCE",
        "After how long a captured connection on which the agent has said nothing is made to its host, on other ports than 80 and 443: there the host may speak first. Default: "
            + Configuration.BUILT_IN.egressSilence().toMillis()
            + "ms. In config.yaml: egressSilence. Read by the supervisor when it starts.");
    page.item(
        "CONTAINER_HOST",
        "Podman's socket as unix:///PATH. Default: that of the user's podman.socket, else one of a"
            + " service that claw starts and that ends by itself.");
    page.item("NO_COLOR", "Where set, no progress is drawn.");
    page.item("XDG_RUNTIME_DIR", "Sockets and locks that die with the login are kept below it.");
    page.item(
        "XDG_CACHE_HOME",
        "Packages and layers of the agent image are kept below it. Default: ~/.cache.");
    page.item(
        "npm_config_registry, http_proxy, https_proxy, no_proxy",
        "Used by claw image build for its downloads.");
    page.section("FILES");
    page.paragraph("Below CLAW_HOME; every folder has mode 0700 and every file 0600.");
    page.item(
        "config.yaml",
        "Defaults: allowUnenforced, readyTimeout, supervisor, approvalTimeout, egressSilence.");
    page.item("agents/NAME/template.yaml", "The template as it was compiled.");
    page.item(
        "agents/NAME/openclaw.json, container-spec.json, seccomp.json",
        "What was compiled from it.");
    page.item("agents/NAME/policy.lock.json", "The signed lock.");
    page.item("agents/NAME/audit.jsonl", "The agent's audit log.");
    page.item(
        "agents/NAME/workspace, state, logs", "The only folders that the agent can write to.");
    page.item("templates/*.yaml", "Your own templates; a name here goes before a built-in one.");
    page.item("secrets/host.key", "The host's private key.");
    page.item("keys/", "The host's public key, and earlier ones.");
    page.item("trash/", "Deleted agents, whole.");
    page.item("logs/audit.jsonl", "The host's audit log.");
    page.item("secrets/telegram.toml", "The bot of the chat and its token.");
    page.item("secrets/provider/NAME", "A key of a model provider, or where it comes from.");
    page.item(
        "claw.db",
        "The highest lock serial seen of each agent, grants, approvals, and what was used of budgets.");
    page.section("EXAMPLES");
    page.example(
        """
        claw init
        claw image build
        claw create coder my-agent
        claw policy explain my-agent
        claw start my-agent
        claw exec my-agent -- pwd
        claw stop my-agent
        claw audit verify
        """);
    page.section("SEE ALSO");
    page.paragraph("podman(1), podman-system-service(1), jq(1), openssl(1)");
  }
}
