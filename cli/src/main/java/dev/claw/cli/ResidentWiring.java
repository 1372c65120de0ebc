package dev.claw.cli;

import dev.claw.compiler.PolicyExplanation;
import dev.claw.egress.EgressLimits;
import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStart;
import dev.claw.supervisor.Approvals;
import dev.claw.supervisor.ClawHome;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.Policies;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.RunningApprovals;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.chat.ChatService;
import dev.claw.supervisor.resident.ResidentFolder;
import dev.claw.supervisor.resident.ResidentProcess;
import dev.claw.supervisor.resident.ResidentStart;
import dev.claw.supervisor.resident.SupervisorClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Wires the resident process, and the way to it. */
final class ResidentWiring {
  /** How long a turn may take that was asked for from a chat. */
  private static final Duration ASK_TIMEOUT = Duration.ofMinutes(10);

  private final Claw claw;

  ResidentWiring(Claw claw) {
    this.claw = claw;
  }

  private ResidentFolder folder() {
    ClawHome home = claw.home();
    return ResidentFolder.of(
        claw.runtimeFolder(home), home.root(), claw.userHome().resolve(".claw"));
  }

  /** The resident process, as other commands see it. */
  SupervisorClient client() {
    String launcher = System.getProperty("claw.launcher", "");
    List<String> command =
        launcher.isEmpty()
            ? List.of()
            : List.of(
                "env",
                "CLAW_HOME=" + claw.home().root(),
                launcher,
                "supervisor",
                "run",
                "--detached");
    return new SupervisorClient(
        folder(),
        claw.home().supervisorLock(),
        new ResidentStart(command, claw.home().supervisorLog()));
  }

  /** The resident process itself. */
  ResidentProcess process(Optional<Duration> idleExit, Consumer<String> log) throws CliException {
    Host host = claw.host("supervisor");
    ProviderSecrets secrets = new ProviderSecrets(host, claw.surroundings().environment());
    return new ResidentProcess(
        host,
        folder(),
        new ResidentProcess.Options(
            ClawVersion.text(),
            claw.actor("supervisor"),
            secrets,
            idleExit,
            // Only one that was started on demand has its output in a file of claw's.
            idleExit.map(detached -> claw.home().supervisorLog()),
            EgressLimits.DEFAULT.withServerFirst(claw.configuration().egressSilence()),
            claw.configuration().approvalTimeout(),
            this::chatService),
        log);
  }

  private ChatService chatService(Host host, RunningApprovals running) {
    return new ChatService(
        host,
        new Approvals(host, running),
        new ChatService.Ways(this::startOptions, ASK_TIMEOUT, this::policyInShort));
  }

  /** How an agent is started from a way in that knows nothing of options. */
  private AgentStart.Options startOptions() throws SupervisorException {
    try {
      // Not what this process read when it began: what was taken back since holds no more.
      Configuration now =
          Configuration.resolve(claw.home().config(), claw.surroundings().environment());
      return claw.startOptions(now, new UnenforcedOption(), false, true);
    } catch (CliException e) {
      throw new SupervisorException(
          SupervisorException.Reason.STATE, String.valueOf(e.getMessage()), e);
    }
  }

  private String policyInShort(AgentName agent) throws SupervisorException {
    Policies.Locked locked = claw.policies().locked(agent);
    return PolicyExplanation.of(locked.lock(), locked.spec(), claw.policies().missingControllers())
        .inShort();
  }
}
