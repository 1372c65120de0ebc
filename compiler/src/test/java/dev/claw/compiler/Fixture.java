package dev.claw.compiler;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.CompiledPolicy.Versions;
import dev.claw.model.ContainerSpec.User;
import dev.claw.model.Digest;
import dev.claw.model.MountRules.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One host, one agent and no surprise: the input of every test that compiles. */
final class Fixture {
  static final Path HOME = Path.of("/home/ann");
  static final Path CLAW_HOME = Path.of("/home/ann/.claw");
  static final AgentId ID = new AgentId("0123456789abcdef0123456789abcdef");
  static final AgentName NAME = new AgentName("backend-agent");
  static final Digest IMAGE = Digest.of("the agent image");

  /** A small filter of the same build as Podman's. */
  static final String SECCOMP =
      """
      {
        "defaultAction": "SCMP_ACT_ERRNO",
        "defaultErrnoRet": 38,
        "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
        "syscalls": [
          {"names": ["clone", "clone3", "mount", "read", "unshare", "write"],
           "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {}},
          {"names": ["ptrace"], "action": "SCMP_ACT_ALLOW", "args": null},
          {"names": ["socket"], "action": "SCMP_ACT_ALLOW",
           "args": [{"index": 0, "value": 16, "valueTwo": 0, "op": "SCMP_CMP_NE"}]}
        ]
      }
      """;

  /** What lies on the host, by path; what a link leads to stands behind its arrow. */
  static final Map<String, String> PATHS =
      Map.ofEntries(
          Map.entry("/home/ann", "folder"),
          Map.entry("/home/ann/.claw", "folder"),
          Map.entry("/home/ann/.claw/agents", "folder"),
          Map.entry("/home/ann/.ssh", "folder"),
          Map.entry("/home/ann/.ssh/id_ed25519", "file"),
          Map.entry("/home/ann/.config/gcloud", "folder"),
          Map.entry("/home/ann/src", "folder"),
          Map.entry("/home/ann/src/app", "folder"),
          Map.entry("/home/ann/src/app/docs", "folder"),
          Map.entry("/home/ann/src/notes.txt", "file"),
          Map.entry("/home/ann/src/to-home", "-> /home/ann"),
          Map.entry("/home/ann/src/to-root", "-> /"),
          Map.entry("/home/ann/src/to-app", "-> /home/ann/src/app"),
          Map.entry("/home/ann/src/agent.sock", "socket"),
          Map.entry("/home/ann/filter.json", "file"),
          Map.entry("/", "folder"),
          Map.entry("/home", "folder"),
          Map.entry("/etc", "folder"),
          Map.entry("/etc/ssl", "folder"),
          Map.entry("/proc", "folder"),
          Map.entry("/run/user/1000/podman/podman.sock", "socket"),
          Map.entry("/dev/null", "other"),
          Map.entry("/srv/data", "folder"));

  static final HostFiles FILES =
      new HostFiles() {
        @Override
        public Found look(Path path) {
          String what = PATHS.getOrDefault(path.toString(), "missing");
          if (what.startsWith("-> ")) {
            return look(Path.of(what.substring(3)));
          }
          return new Found(path, Kind.valueOf(what.toUpperCase(java.util.Locale.ROOT)));
        }

        @Override
        public String read(Path path, int limit) throws IOException {
          if (path.toString().equals("/home/ann/filter.json")) {
            return "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": []}";
          }
          throw new IOException("no such file");
        }
      };

  static final CompileInput INPUT =
      new CompileInput(
          ID,
          NAME,
          new User(1000, 1000),
          HOME,
          CLAW_HOME,
          CLAW_HOME.resolve("agents/backend-agent"),
          reference ->
              reference.equals("localhost/claw-openclaw-agent")
                  ? Optional.of(IMAGE)
                  : Optional.empty(),
          new Versions("0.1.0", "2026.9.6"),
          SECCOMP,
          FILES);

  /** Only the built-in templates. */
  static final TemplateCatalog BUILT_IN = new TemplateCatalog(Path.of("/nonexistent/templates"));

  static final PolicyCompiler COMPILER = new PolicyCompiler();

  private Fixture() {}

  static Compilation compile(String text) {
    return COMPILER.compile(new TemplateSource("t", "t.yaml", text), BUILT_IN, INPUT);
  }

  /** The smallest template with these lines after its head. */
  static String template(String lines) {
    return "apiVersion: claw/v1\nname: t\n" + lines;
  }

  static CompiledPolicy compiled(String text) {
    return switch (compile(text)) {
      case Compilation.Compiled compiled -> compiled.policy();
      case Compilation.Rejected rejected -> throw new AssertionError(rendered(rejected.problems()));
    };
  }

  /** The problems of a template, compiled or not, one in a line. */
  static String problems(String text) {
    return rendered(
        switch (compile(text)) {
          case Compilation.Compiled compiled -> compiled.warnings();
          case Compilation.Rejected rejected -> rejected.problems();
        });
  }

  static String rendered(List<Problem> problems) {
    return problems.stream().map(problem -> problem + "\n").collect(Collectors.joining());
  }
}
