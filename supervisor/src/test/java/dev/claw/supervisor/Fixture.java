package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditQuery;
import dev.claw.audit.AuditRecord;
import dev.claw.audit.AuditVerdict;
import dev.claw.audit.AuditVerifier;
import dev.claw.egress.EgressLimits;
import dev.claw.lock.ContainerSpecJson;
import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AgentPolicy;
import dev.claw.model.AuditEvent;
import dev.claw.model.ByteSize;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.ExecMode;
import dev.claw.model.Image;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.chat.ChatService;
import dev.claw.supervisor.resident.ResidentProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A state folder with real files, keys, database and audit chains, over a scripted backend. */
public final class Fixture {
  public static final AgentName CODER = new AgentName("coder");
  static final String IMAGE = "localhost/claw-openclaw-agent";
  static final Digest IMAGE_DIGEST = Digest.of("image");
  static final String SECCOMP = "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}\n";
  static final Set<String> ALLOW_NOTHING = Set.of();

  ModelPolicy models =
      new ModelPolicy(
          "local/small",
          List.of(
              new ModelPolicy.Provider(
                  "local",
                  "openai-completions",
                  "http://127.0.0.1:11434/v1",
                  "local-key",
                  List.of(new ModelPolicy.Model("small", 1000, 100)))));
  NetworkProfile network = NetworkProfile.ALLOWLIST;
  private ExecMode exec = ExecMode.ASK;
  final Path folder;
  final SecureRandom random = new SecureRandom();
  public final ScriptedBackend backend = new ScriptedBackend();
  public final RecordedEgress egress = new RecordedEgress();
  public final Host host;

  private Fixture(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
    ClawHome home = new ClawHome(this.folder.resolve("claw"));
    Path userHome = this.folder.resolve("ann");
    Files.createDirectories(userHome);
    Clock clock = new Ticking();
    HostKeyStore keys = new HostKeyStore(home.secrets(), home.keys(), clock);
    host =
        new Host(
            home,
            userHome,
            new AgentStore(home),
            keys,
            new Journal(home, keys, clock, new Actor("cli", "ann(1000)")),
            backend,
            egress,
            clock,
            random);
    backend.put(IMAGE, IMAGE_DIGEST);
  }

  /** Nothing is there yet. */
  static Fixture bare(Path folder) throws IOException {
    return new Fixture(folder);
  }

  /** As {@code claw init} leaves it. */
  static Fixture initialised(Path folder) throws Exception {
    Fixture fixture = new Fixture(folder);
    new Initialisation(fixture.host, fixture.random).run("# test\n");
    return fixture;
  }

  /** With an agent {@code coder}, and with no call on the backend's list. */
  public static Fixture withCoder(Path folder) throws Exception {
    return withCoder(folder, ExecMode.ASK);
  }

  /** The same, with this mode in its lock. */
  public static Fixture withCoder(Path folder, ExecMode exec) throws Exception {
    Fixture fixture = initialised(folder);
    fixture.exec = exec;
    fixture.create(CODER);
    fixture.backend.calls.clear();
    return fixture;
  }

  /** A second forward at each look, so that no two events have one time. */
  private static final class Ticking extends Clock {
    private final AtomicLong seconds = new AtomicLong(1_800_000_000);

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(seconds.getAndIncrement());
    }
  }

  AgentRecord create(AgentName name) throws Exception {
    return new AgentCreation(host).create(policy(name, AgentId.random(random), "one"));
  }

  AgentFolder coder() {
    return host.home().agent(CODER);
  }

  public AgentRecord record(AgentName name) throws SupervisorException {
    return host.agents().get(name);
  }

  CompiledPolicy policy(AgentName name, AgentId id, String rules) {
    return policy(name, id, rules, List.of(), List.of());
  }

  CompiledPolicy policy(
      AgentName name, AgentId id, String rules, List<Mount> mounts, List<Secret> secrets) {
    String template = "# template of " + name + "\nrules: " + rules + "\n";
    List<Mount> all = new ArrayList<>();
    AgentFolder own = host.home().agent(name);
    all.add(new Mount(own.workspace().toString(), "/workspace", Mount.Mode.RW));
    all.add(new Mount(own.state().toString(), "/state", Mount.Mode.RW));
    all.addAll(mounts);
    List<Secret> allSecrets = new ArrayList<>(secrets);
    allSecrets.add(
        new Secret(GatewayToken.secretName(id), new Secret.Target.File("gateway-token")));
    ContainerSpec spec =
        new ContainerSpec(
            id,
            name,
            new Image(IMAGE, IMAGE_DIGEST),
            new ContainerSpec.User(1000, 1000),
            new Resources(new ByteSize(2L << 30), 1500, 512, 4096, new ByteSize(256 << 20)),
            all,
            List.of(new Tmpfs("/tmp", new ByteSize(256 << 20))),
            Map.of("EDITOR", "vi"),
            allSecrets,
            new Seccomp(Seccomp.Kind.STRICT, Digest.of(SECCOMP)),
            network,
            Duration.ofSeconds(42));
    return new CompiledPolicy(
        new CompiledPolicy.Template("coder", Digest.of(template)),
        new AgentPolicy(
            new AgentPolicy.Tools("coding", List.of(), List.of("browser")),
            exec,
            List.of(),
            List.of(),
            List.of(),
            rules),
        models,
        new EgressPolicy(network, List.of(), List.of(), EgressPolicy.Budgets.UNBOUNDED),
        spec,
        new CompiledPolicy.Versions("0.1.0", "2026.9.6"),
        template,
        "{\"rules\": \"" + rules + "\"}\n",
        ContainerSpecJson.write(spec),
        SECCOMP);
  }

  /** Recompiles to what the agent was made from. */
  PolicySource source() {
    return (agent, template) -> policy(agent.name(), agent.id(), "one");
  }

  Relock relock() {
    return new Relock(host, source(), (why, before, after) -> {});
  }

  AgentStart.Options options() {
    return new AgentStart.Options(
        Optional.empty(), Duration.ofSeconds(5), ALLOW_NOTHING, step -> {});
  }

  AgentStart.Options forced() {
    return new AgentStart.Options(
        Optional.of(relock()), Duration.ofSeconds(5), ALLOW_NOTHING, step -> {});
  }

  public AgentStart.Report start() throws Exception {
    return new AgentStart(host).start(CODER, options());
  }

  AgentStatus.LockState lockState(AgentName name) throws Exception {
    return new Overview(host).status(name).lock();
  }

  long highestSerial(AgentName name) throws Exception {
    try (StateDatabase database = StateDatabase.open(host.home().database())) {
      return database.highestSerial(record(name).id());
    }
  }

  /** The chain as {@code TYPE PHASE RESULT}, one text a record. */
  List<String> events(Path chain) throws Exception {
    List<String> events = new ArrayList<>();
    for (AuditRecord record : records(chain)) {
      AuditEvent event = record.event();
      events.add(event.type() + " " + (event.result() == null ? "intent" : event.result().name()));
    }
    return events;
  }

  List<AuditRecord> records(Path chain) throws Exception {
    List<AuditRecord> records = new ArrayList<>();
    AuditQuery.ALL.run(chain, records::add);
    return records;
  }

  AuditRecord last(Path chain) throws Exception {
    return records(chain).getLast();
  }

  AuditVerdict verify(Path chain) throws Exception {
    return new AuditVerifier(host.keys().load().known()).verify(chain);
  }

  static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Reason reason, ThrowingCallable act) {
    return assertThatThrownBy(act)
        .isInstanceOfSatisfying(
            SupervisorException.class,
            e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }

  /** How a resident process of this host runs in tests. */
  public ResidentProcess.Options resident(
      String version,
      ProviderSecrets secrets,
      Optional<Duration> idleExit,
      Optional<Path> logFile) {
    return new ResidentProcess.Options(
        version,
        new Actor("supervisor", "ann(1000)"),
        secrets,
        idleExit,
        logFile,
        EgressLimits.DEFAULT,
        Duration.ofMinutes(30),
        (own, running) ->
            new ChatService(
                own,
                new Approvals(own, running),
                new ChatService.Ways(
                    () ->
                        new AgentStart.Options(
                            Optional.empty(), Duration.ZERO, Set.of(), step -> {}),
                    Duration.ofMinutes(1),
                    agent -> "its policy")));
  }
}
