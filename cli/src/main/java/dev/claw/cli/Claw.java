package dev.claw.cli;

import dev.claw.backend.podman.PodmanBackend;
import dev.claw.backend.podman.PodmanOptions;
import dev.claw.bootstrap.ImageBuild;
import dev.claw.compiler.TemplateCatalog;
import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.Backend;
import dev.claw.supervisor.AgentAsk;
import dev.claw.supervisor.AgentCreation;
import dev.claw.supervisor.AgentExec;
import dev.claw.supervisor.AgentForward;
import dev.claw.supervisor.AgentStart;
import dev.claw.supervisor.AgentStop;
import dev.claw.supervisor.AgentStore;
import dev.claw.supervisor.Approvals;
import dev.claw.supervisor.AuditLogs;
import dev.claw.supervisor.BotStatus;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.ClawHome;
import dev.claw.supervisor.Doctor;
import dev.claw.supervisor.EgressLog;
import dev.claw.supervisor.EgressTrial;
import dev.claw.supervisor.Grants;
import dev.claw.supervisor.Host;
import dev.claw.supervisor.ImageBuilds;
import dev.claw.supervisor.Images;
import dev.claw.supervisor.Initialisation;
import dev.claw.supervisor.Inspector;
import dev.claw.supervisor.Journal;
import dev.claw.supervisor.KeyRotation;
import dev.claw.supervisor.ModelRoutes;
import dev.claw.supervisor.ModelTrial;
import dev.claw.supervisor.Overview;
import dev.claw.supervisor.PendingDenials;
import dev.claw.supervisor.Policies;
import dev.claw.supervisor.PolicyApply;
import dev.claw.supervisor.ProviderSecrets;
import dev.claw.supervisor.Relock;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.TelegramCheck;
import dev.claw.supervisor.TelegramFile;
import dev.claw.supervisor.Trash;
import dev.claw.supervisor.resident.ResidentProcess;
import dev.claw.supervisor.resident.SupervisorClient;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Wires the rooms for one command. What a command does not ask for is neither made nor loaded. */
final class Claw implements AutoCloseable {
  private final Surroundings surroundings;
  private @Nullable Host host;
  private @Nullable Configuration configuration;
  private @Nullable TemplateCatalog templates;

  Claw(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  PrintStream out() {
    return surroundings.out();
  }

  PrintStream err() {
    return surroundings.err();
  }

  /** How long ago something was, in one unit. */
  String ago(Instant then) {
    return Ago.between(then, surroundings.clock().instant());
  }

  /** The operator's home folder, with links resolved. */
  Path userHome() {
    return real(
        Path.of(surroundings.variable("HOME").isEmpty() ? "/" : surroundings.variable("HOME")));
  }

  ClawHome home() {
    String chosen = surroundings.variable("CLAW_HOME");
    Path root =
        chosen.isEmpty()
            ? userHome().resolve(".claw")
            : surroundings.workingFolder().resolve(chosen);
    return new ClawHome(real(root));
  }

  private static Path real(Path path) {
    try {
      return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath().normalize();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize();
    }
  }

  Configuration configuration() throws CliException {
    Configuration known = configuration;
    if (known == null) {
      known = Configuration.resolve(home().config(), surroundings.environment());
      configuration = known;
    }
    return known;
  }

  TemplateCatalog templates() {
    TemplateCatalog known = templates;
    if (known == null) {
      known = new TemplateCatalog(home().templates());
      templates = known;
    }
    return known;
  }

  Host host() {
    if (host == null) {
      reviveSupervisor();
    }
    return host("cli");
  }

  /**
   * @param kind the way in by which this process acts
   */
  Host host(String kind) {
    Host known = host;
    if (known == null) {
      ClawHome home = home();
      HostKeyStore keys = new HostKeyStore(home.secrets(), home.keys(), surroundings.clock());
      Path runtime = runtimeFolder(home);
      known =
          new Host(
              home,
              userHome(),
              new AgentStore(home),
              keys,
              new Journal(home, keys, surroundings.clock(), actor(kind)),
              PodmanBackend.open(PodmanOptions.of(surroundings.environment(), runtime)),
              supervisor(),
              surroundings.clock(),
              new SecureRandom());
      host = known;
    }
    return known;
  }

  /** Where sockets and locks live that die with the login. */
  Path runtimeFolder(ClawHome home) {
    String folder = surroundings.variable("XDG_RUNTIME_DIR");
    Path perUser = Path.of(folder.isEmpty() ? "/run/user/" + surroundings.uid() : folder);
    return Files.isDirectory(perUser) ? perUser.resolve("claw") : home.root().resolve("run");
  }

  /** The resident process, as other commands see it. */
  SupervisorClient supervisor() {
    return new ResidentWiring(this).client();
  }

  /** The resident process itself. */
  ResidentProcess residentProcess(Optional<Duration> idleExit, Consumer<String> log)
      throws CliException {
    return new ResidentWiring(this).process(idleExit, log);
  }

  /** Brings the resident process back where it was killed while agents needed it. */
  private void reviveSupervisor() {
    try {
      if (supervisor().revive()) {
        err().println("claw: the supervisor had ended while it is needed, and was started again");
      }
    } catch (SupervisorException e) {
      err().println("claw: " + e.getMessage());
    }
  }

  /**
   * @param kind the way in by which this process acts
   */
  Actor actor(String kind) {
    String name = surroundings.variable("USER").isEmpty() ? "uid" : surroundings.variable("USER");
    return new Actor(kind, name + "(" + surroundings.uid() + ")");
  }

  /** Who runs this command. */
  Actor actor() {
    return actor("cli");
  }

  Backend backend() {
    return host().backend();
  }

  Compiling compiling() {
    return new Compiling(this);
  }

  Initialisation initialisation() {
    return new Initialisation(host(), new SecureRandom());
  }

  Doctor doctor() {
    return new Doctor(
        home(),
        backend(),
        host().keys(),
        AgentImage.REFERENCE,
        new TelegramCheck(telegramFile(), chatAccess(), surroundings.clock()));
  }

  AgentCreation agentCreation() {
    return new AgentCreation(host());
  }

  AgentStart agentStart() {
    return new AgentStart(host());
  }

  /** What the options of a command and the configuration say together about a start. */
  AgentStart.Options startOptions(UnenforcedOption unenforced, boolean force, boolean wait)
      throws CliException {
    return startOptions(configuration(), unenforced, force, wait);
  }

  AgentStart.Options startOptions(
      Configuration chosen, UnenforcedOption unenforced, boolean force, boolean wait)
      throws CliException {
    Set<String> allowed = new LinkedHashSet<>(chosen.allowUnenforced());
    allowed.addAll(Configuration.limits("--allow-unenforced", unenforced.limits()));
    Optional<Relock> relock =
        force
            ? Optional.of(new Relock(host(), compiling()::recompile, new RelockText(this)))
            : Optional.empty();
    Duration timeout = wait ? chosen.readyTimeout() : Duration.ZERO;
    return new AgentStart.Options(relock, timeout, allowed, new ProgressLine(this));
  }

  AgentStop agentStop() {
    return new AgentStop(host());
  }

  AgentExec agentExec() {
    return new AgentExec(host());
  }

  AgentForward agentForward() {
    return new AgentForward(host());
  }

  AgentAsk agentAsk() {
    return new AgentAsk(host());
  }

  InsideProgram insideProgram() {
    return new InsideProgram(this, agentExec());
  }

  Overview overview() {
    return new Overview(host());
  }

  Inspector inspector() {
    return new Inspector(host());
  }

  PolicyApply policyApply() {
    return new PolicyApply(host(), new RelockText(this));
  }

  Policies policies() {
    return new Policies(host());
  }

  Grants grants() {
    return new Grants(host(), host().egress());
  }

  Approvals approvals() {
    return new Approvals(host(), supervisor());
  }

  EgressTrial egressTrial() {
    return new EgressTrial(host());
  }

  EgressLog egressLog() {
    return new EgressLog(host());
  }

  PendingDenials pendingDenials() {
    return new PendingDenials(host());
  }

  ProviderSecrets providerSecrets() {
    return new ProviderSecrets(host(), surroundings.environment());
  }

  ModelRoutes modelRoutes() {
    return new ModelRoutes(host(), surroundings.environment());
  }

  ModelTrial modelTrial() {
    return new ModelTrial(host(), Duration.ofSeconds(30));
  }

  ChatAccess chatAccess() {
    return new ChatAccess(host());
  }

  TelegramFile telegramFile() {
    return new TelegramFile(host());
  }

  /** To look at the bot is no reason to start what runs it. */
  BotStatus botNotRunning() {
    Host host = host("cli");
    return BotStatus.notRunning(new TelegramFile(host), new ChatAccess(host).database());
  }

  Trash trash() {
    return new Trash(host());
  }

  Images images() {
    return new Images(host());
  }

  ImageBuilds imageBuilds() {
    return new ImageBuilds(host(), new ImageBuild(surroundings.environment(), Path.of("/tmp")));
  }

  /** What can be made again: packages and layers of the agent image. */
  Path cacheFolder() {
    String folder = surroundings.variable("XDG_CACHE_HOME");
    return (folder.isEmpty() ? userHome().resolve(".cache") : Path.of(folder)).resolve("claw");
  }

  KeyRotation keyRotation() {
    return new KeyRotation(host(), new SecureRandom());
  }

  AuditLogs auditLogs() {
    return new AuditLogs(host());
  }

  @Override
  public void close() {
    if (host != null) {
      host.backend().close();
    }
  }
}
