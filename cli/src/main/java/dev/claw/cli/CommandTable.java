package dev.claw.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * The commands that there are, in the order in which help shows them. picocli is given only the one
 * that was asked for: to build the whole tree takes longer than most commands.
 */
final class CommandTable {
  /** A word on the command line. */
  sealed interface Entry {
    String name();

    /** One line for help. */
    String summary();
  }

  /** A word that does something. */
  record Leaf(String name, String summary, Function<Claw, Callable<ExitCode>> make)
      implements Entry {}

  /**
   * A word that needs another one.
   *
   * @param usual what is meant where none follows; empty where that is a mistake
   */
  record Group(String name, String summary, List<Leaf> leaves, Optional<Leaf> usual)
      implements Entry {
    /** Copies the list. */
    Group {
      leaves = List.copyOf(leaves);
    }

    Group(String name, String summary, List<Leaf> leaves) {
      this(name, summary, leaves, Optional.empty());
    }

    /** One whose first word may be left out. */
    static Group withUsual(String name, String summary, List<Leaf> leaves) {
      return new Group(name, summary, leaves, Optional.of(leaves.getFirst()));
    }

    Optional<Leaf> find(String name) {
      return leaves.stream().filter(leaf -> leaf.name().equals(name)).findFirst();
    }
  }

  static final List<Entry> ENTRIES =
      List.of(
          new Leaf(
              "init",
              "Make the state folder, the host key and the configuration",
              InitCommand::new),
          new Leaf(
              "doctor", "Check the host and say how to mend what is wrong", DoctorCommand::new),
          new Group(
              "image",
              "The agent image",
              List.of(
                  new Leaf(
                      "build",
                      "Build the agent image with the real OpenClaw",
                      ImageBuildCommand::new),
                  new Leaf("list", "List agent images", ImageListCommand::new),
                  new Leaf("inspect", "Show one agent image", ImageInspectCommand::new),
                  new Leaf(
                      "prune",
                      "Remove agent images that no agent is locked to",
                      ImagePruneCommand::new))),
          new Group(
              "templates",
              "Templates from which agents are made",
              List.of(
                  new Leaf(
                      "list", "List built-in templates and your own", TemplatesListCommand::new),
                  new Leaf("show", "Print a template's source", TemplatesShowCommand::new),
                  new Leaf(
                      "validate",
                      "Check a template and name every problem",
                      TemplatesValidateCommand::new),
                  new Leaf(
                      "schema",
                      "Print the JSON Schema of templates, for editors",
                      TemplatesSchemaCommand::new))),
          new Leaf(
              "create", "Make an agent from a template: compile, sign, write", CreateCommand::new),
          new Group(
              "policy",
              "What an agent may decide, touch and reach",
              List.of(
                  new Leaf("show", "Print an agent's signed lock", PolicyShowCommand::new),
                  new Leaf(
                      "explain",
                      "Say in words what the lock permits and who enforces it",
                      PolicyExplainCommand::new),
                  new Leaf(
                      "validate",
                      "Verify the lock: signature, serial, files, image",
                      PolicyValidateCommand::new),
                  new Leaf(
                      "diff",
                      "Show what the template as it is now would change in the lock",
                      PolicyDiffCommand::new),
                  new Leaf(
                      "apply",
                      "Lock an agent to its template as it is now",
                      PolicyApplyCommand::new),
                  new Leaf(
                      "import",
                      "Make a template from a policy of NVIDIA OpenShell",
                      PolicyImportCommand::new))),
          new Leaf(
              "start",
              "Verify an agent's lock, start it, wait until it is ready",
              StartCommand::new),
          new Leaf("stop", "Stop an agent, letting it finish its turn", StopCommand::new),
          new Leaf("restart", "Stop an agent and start it again", RestartCommand::new),
          new Leaf("list", "List agents", ListCommand::new),
          new Leaf("status", "Show state and lock of one agent or all", StatusCommand::new),
          new Leaf(
              "inspect",
              "Show everything about an agent, with what really holds for it",
              InspectCommand::new),
          new Leaf("ask", "Ask an agent something and print its answer", AskCommand::new),
          new Leaf("exec", "Run a program inside an agent's container", ExecCommand::new),
          new Leaf(
              "openclaw",
              "Run OpenClaw's own command inside an agent's container",
              OpenClawCommand::new),
          new Leaf(
              "tui",
              "Open OpenClaw's terminal interface inside an agent's container",
              TuiCommand::new),
          new Leaf(
              "forward", "Make a port of an agent reachable on this host", ForwardCommand::new),
          new Leaf("logs", "Show what an agent's container printed", LogsCommand::new),
          new Group(
              "egress",
              "What an agent reaches, and is denied",
              List.of(
                  new Leaf("log", "Show decisions as they fell or fall", EgressLogCommand::new),
                  new Leaf(
                      "pending",
                      "List denials, each with the command that would admit it",
                      EgressPendingCommand::new),
                  new Leaf(
                      "test",
                      "Say whether a request would pass, without sending it",
                      EgressTestCommand::new),
                  new Leaf(
                      "allow", "Let an agent reach a host for a while", EgressAllowCommand::new),
                  new Leaf("grants", "List grants that hold now", EgressGrantsCommand::new),
                  new Leaf("revoke", "End grants now", EgressRevokeCommand::new))),
          Group.withUsual(
              "approvals",
              "What agents wait for until somebody says so",
              List.of(
                  new Leaf("list", "List what waits for an answer", ApprovalsListCommand::new),
                  new Leaf("allow", "Allow it, once or for 30 minutes", ApprovalsAllowCommand::new),
                  new Leaf("deny", "Deny it", ApprovalsDenyCommand::new))),
          new Group(
              "model",
              "The models that agents use",
              List.of(
                  new Leaf(
                      "list",
                      "List providers, models, routes and whether keys are there",
                      ModelListCommand::new),
                  new Leaf("test", "Say whether an agent's models answer", ModelTestCommand::new))),
          new Group(
              "secret",
              "Keys of model providers",
              List.of(
                  new Leaf(
                      "set", "Set a secret from the terminal or a pipe", SecretSetCommand::new),
                  new Leaf("list", "List secrets without their values", SecretListCommand::new),
                  new Leaf("rm", "Remove a secret", SecretRemoveCommand::new))),
          new Group(
              "access",
              "Who may act on agents from a chat",
              List.of(
                  new Leaf("setup", "Set up the bot of a chat", AccessSetupCommand::new),
                  new Leaf(
                      "pair",
                      "Invite a person by a link, and let them in when they ask",
                      AccessPairCommand::new),
                  new Leaf(
                      "confirm",
                      "Let in whoever has shown a link, from another terminal or a script",
                      AccessConfirmCommand::new),
                  new Leaf("list", "List who may do what", AccessListCommand::new),
                  new Leaf("role", "Give a person another role", AccessRoleCommand::new),
                  new Leaf("revoke", "Take a person's access away", AccessRevokeCommand::new),
                  new Leaf("serve", "Run the bot in the foreground", AccessServeCommand::new))),
          new Leaf("delete", "Move an agent, whole, into the trash", DeleteCommand::new),
          new Group(
              "trash",
              "Deleted agents",
              List.of(
                  new Leaf("list", "List deleted agents", TrashListCommand::new),
                  new Leaf("restore", "Bring a deleted agent back", TrashRestoreCommand::new),
                  new Leaf("empty", "Remove deleted agents for good", TrashEmptyCommand::new))),
          new Group(
              "audit",
              "The record of what was done",
              List.of(
                  new Leaf(
                      "show", "Print the record of an agent or the host", AuditShowCommand::new),
                  new Leaf("verify", "Verify hash chain and signatures", AuditVerifyCommand::new),
                  new Leaf(
                      "repair",
                      "Go on after a loss, which stays on record",
                      AuditRepairCommand::new))),
          new Group(
              "supervisor",
              "The process that serves the egress of running agents",
              List.of(
                  new Leaf("run", "Run it in the foreground", SupervisorRunCommand::new),
                  new Leaf(
                      "status",
                      "Show whether it runs and whom it serves",
                      SupervisorStatusCommand::new),
                  new Leaf(
                      "stop", "End it; agents then have no egress", SupervisorStopCommand::new),
                  new Leaf("logs", "Show what it printed", SupervisorLogsCommand::new))),
          new Group(
              "key",
              "The host's signing key",
              List.of(
                  new Leaf("show", "Show the present key and earlier ones", KeyShowCommand::new),
                  new Leaf(
                      "rotate",
                      "Make a new key and sign every lock with it",
                      KeyRotateCommand::new))),
          new Leaf(
              "completion",
              "Print a completion script for bash, zsh or fish",
              CompletionCommand::new));

  private CommandTable() {}

  static Optional<Entry> find(String name) {
    return ENTRIES.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }
}
