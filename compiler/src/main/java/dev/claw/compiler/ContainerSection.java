package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Entry;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.lock.JsonException;
import dev.claw.model.ByteSize;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.Image;
import dev.claw.model.Mount;
import dev.claw.model.Quoted;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Tmpfs;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code container}: what an agent can touch. */
final class ContainerSection {
  private static final Pattern IMAGE =
      Pattern.compile(
          "[a-z0-9][a-zA-Z0-9.:_-]*(?:/[a-z0-9][a-z0-9._-]*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
              + "(?:@sha256:[0-9a-f]{64})?");
  private static final Pattern CPUS = Pattern.compile("([0-9]{1,4})(?:\\.([0-9]{1,3}))?");
  private static final Pattern PERIOD = Pattern.compile("([0-9]{1,5})([sm])");
  private static final ByteSize LEAST_MEMORY = new ByteSize(128L << 20);

  /** A container as far as the template decides it, and the filter's text. */
  record Read(ContainerSpec spec, String seccompJson) {}

  private final Fields fields;
  private final CompileInput input;

  ContainerSection(Fields fields, CompileInput input) {
    this.fields = fields;
    this.input = input;
  }

  Read read(EgressPolicy egress) {
    Resources resources = resources(fields.section("resources"));
    List<Mount> mounts = new ArrayList<>(ownMounts(egress));
    mounts.addAll(new MountsSection(fields, input).read());
    Map<String, String> environment = environment(egress);
    Filter filter = seccomp();
    ContainerSpec spec =
        new ContainerSpec(
            input.id(),
            input.name(),
            image(),
            input.operator(),
            resources,
            mounts,
            List.of(
                new Tmpfs(ContainerPaths.TMP, resources.tmp()),
                new Tmpfs(ContainerPaths.HOME, Defaults.HOME_SIZE)),
            environment,
            new SecretsSection(fields, input.id()).read(environment.keySet()),
            new Seccomp(filter.kind(), Digest.of(filter.json())),
            egress.profile(),
            stopGracePeriod());
    return new Read(spec, filter.json());
  }

  private List<Mount> ownMounts(EgressPolicy egress) {
    Path folder = input.agentFolder();
    List<Mount> mounts = new ArrayList<>();
    mounts.add(own(folder.resolve("workspace"), ContainerPaths.WORKSPACE, Mount.Mode.RW));
    mounts.add(own(folder.resolve("state"), ContainerPaths.STATE, Mount.Mode.RW));
    mounts.add(own(folder.resolve("logs"), ContainerPaths.LOGS, Mount.Mode.RW));
    mounts.add(own(folder.resolve("openclaw.json"), ContainerPaths.CONFIG, Mount.Mode.RO));
    mounts.addAll(EgressInside.mounts(egress, folder));
    return mounts;
  }

  private static Mount own(Path source, String target, Mount.Mode mode) {
    return new Mount(source.toString(), target, mode);
  }

  private Image image() {
    Optional<Scalar> scalar = fields.text("image", "an image");
    String reference = scalar.map(Scalar::text).orElse(Defaults.IMAGE);
    Position at = scalar.map(Scalar::at).orElse(fields.at());
    if (reference.length() > 300 || !IMAGE.matcher(reference).matches()) {
      fields.error(
          at,
          "image",
          "expected an image such as " + Defaults.IMAGE + ", found " + Quoted.of(reference));
      return new Image(reference, null);
    }
    Optional<Digest> digest = input.images().find(reference);
    if (digest.isEmpty()) {
      fields.warning(
          at,
          "image",
          Quoted.of(reference)
              + " is not on this host, and nothing starts without it; build it with claw image"
              + " build");
    }
    return new Image(reference, digest.orElse(null));
  }

  private static Resources resources(Fields fields) {
    Resources standard = Defaults.RESOURCES;
    ByteSize memory = fields.size("memory", LEAST_MEMORY).orElse(standard.memory());
    ByteSize tmp = fields.size("tmp", new ByteSize(1L << 20)).orElse(standard.tmp());
    int cpus = milliCpus(fields).orElse(standard.milliCpus());
    long pids = fields.whole("pids", 32, 1 << 22).orElse((long) standard.pids());
    long nofile = fields.whole("nofile", 256, 1 << 20).orElse((long) standard.nofile());
    if (memory.bytes() < Defaults.ENOUGH_MEMORY.bytes()) {
      fields.warning(
          fields.at("memory"),
          "memory",
          memory
              + " is less than OpenClaw takes for a turn, so that the kernel will end it; give it "
              + Defaults.ENOUGH_MEMORY
              + " or more");
    }
    if (tmp.bytes() > memory.bytes()) {
      fields.error(
          fields.at(fields.has("tmp") ? "tmp" : "memory"),
          "tmp",
          "expected at most the memory, " + memory + ", in which /tmp lives, found " + tmp);
    }
    return new Resources(memory, cpus, (int) pids, (int) nofile, tmp);
  }

  private static Optional<Integer> milliCpus(Fields fields) {
    String expected = "a number of CPUs from 0.01 to 1024 such as 2 or 0.5";
    return fields
        .scalar("cpus", expected)
        .flatMap(
            scalar -> {
              Matcher matcher = CPUS.matcher(scalar.text());
              if (scalar.plain() && matcher.matches() && !scalar.text().matches("0[0-9].*")) {
                int milli = new BigDecimal(scalar.text()).movePointRight(3).intValueExact();
                if (milli >= 10 && milli <= 1_024_000) {
                  return Optional.of(milli);
                }
              }
              fields.error(
                  scalar.at(), "cpus", "expected " + expected + ", found " + scalar.described());
              return Optional.empty();
            });
  }

  private Duration stopGracePeriod() {
    String expected = "a time from 1s to 60m such as 60s";
    return fields
        .scalar("stopGracePeriod", expected)
        .flatMap(
            scalar -> {
              Matcher matcher = PERIOD.matcher(scalar.text());
              if (matcher.matches()) {
                long number = Long.parseLong(matcher.group(1));
                long seconds = matcher.group(2).equals("m") ? number * 60 : number;
                if (seconds >= 1 && seconds <= 3600) {
                  return Optional.of(Duration.ofSeconds(seconds));
                }
              }
              fields.error(
                  scalar.at(),
                  "stopGracePeriod",
                  "expected " + expected + ", found " + scalar.described());
              return Optional.empty();
            })
        .orElse(Defaults.STOP_GRACE_PERIOD);
  }

  private Map<String, String> environment(EgressPolicy egress) {
    Map<String, String> environment = new TreeMap<>(OpenClawEnvironment.VARIABLES);
    environment.putAll(EgressInside.variables(egress));
    for (Entry entry : fields.raw("environment").map(Mapping::entries).orElse(List.of())) {
      String name = entry.key();
      String key = "environment." + Quoted.visible(name);
      Optional<String> refused = EnvironmentRules.refuse(name);
      if (refused.isPresent()) {
        fields.error(entry.at(), key, Quoted.of(name) + " " + refused.get());
      } else if (entry.value() instanceof Scalar scalar && !scalar.isNull()) {
        environmentValue(key, scalar).ifPresent(value -> environment.put(name, value));
      } else {
        fields.error(
            entry.value().at(), key, "expected a text, found " + entry.value().described());
      }
    }
    return environment;
  }

  private Optional<String> environmentValue(String key, Scalar scalar) {
    Optional<String> other =
        PlainScalars.isWhole(scalar) || PlainScalars.isFraction(scalar)
            ? Optional.empty()
            : PlainScalars.notText(scalar);
    if (other.isPresent()) {
      fields.error(
          scalar.at(),
          key,
          "expected text, found "
              + scalar.described()
              + ", which is "
              + other.get()
              + "; put it in quotes");
      return Optional.empty();
    }
    if (scalar.text().length() > 32 * 1024) {
      fields.error(scalar.at(), key, "expected at most 32768 characters, found more");
      return Optional.empty();
    }
    if (scalar.text().indexOf('\0') >= 0) {
      fields.error(scalar.at(), key, "expected text without NUL, found one");
      return Optional.empty();
    }
    Optional<String> secret = SecretShapes.find(scalar.text());
    if (secret.isPresent()) {
      fields.error(
          scalar.at(),
          key,
          "looks like a secret ("
              + Quoted.visible(secret.get())
              + "), which anyone who reads this file gets; store it with 'podman secret create' and"
              + " name it in container.secrets");
      return Optional.empty();
    }
    return Optional.of(scalar.text());
  }

  private record Filter(Seccomp.Kind kind, String json) {}

  private Filter seccomp() {
    Map<String, Seccomp.Kind> words = new LinkedHashMap<>();
    words.put("default", Seccomp.Kind.DEFAULT);
    words.put("strict", Seccomp.Kind.STRICT);
    Optional<Scalar> scalar = fields.text("seccomp", "default, strict or the path of a file");
    if (scalar.isPresent() && scalar.get().text().contains("/")) {
      return new Filter(Seccomp.Kind.CUSTOM, customFilter(scalar.get()));
    }
    Seccomp.Kind kind = Defaults.SECCOMP;
    if (scalar.isPresent()) {
      kind = fields.word("seccomp", words).orElse(kind);
    }
    try {
      StrictSeccomp.parse(input.hostSeccomp());
      return new Filter(
          kind,
          kind == Seccomp.Kind.STRICT
              ? StrictSeccomp.from(input.hostSeccomp())
              : input.hostSeccomp());
    } catch (JsonException e) {
      fields.error(fields.at("seccomp"), "seccomp", "Podman's default filter: " + e.getMessage());
      return new Filter(kind, "");
    }
  }

  private String customFilter(Scalar scalar) {
    Optional<Path> path = HostPaths.parse(scalar.text(), input.home());
    if (path.isEmpty()) {
      fields.error(
          scalar.at(),
          "seccomp",
          "expected an absolute path or one that starts with ~/, found " + scalar.described());
      return "";
    }
    try {
      String json = input.files().read(path.get(), StrictSeccomp.LARGEST);
      if (StrictSeccomp.parse(json).path("defaultAction").asText().equals("SCMP_ACT_ALLOW")) {
        fields.warning(
            scalar.at(), "seccomp", "this filter allows every system call that it does not name");
      }
      return json;
    } catch (IOException e) {
      fields.error(
          scalar.at(),
          "seccomp",
          scalar.described() + " can't be read: " + Quoted.visible(String.valueOf(e.getMessage())));
    } catch (JsonException e) {
      fields.error(scalar.at(), "seccomp", scalar.described() + ": " + e.getMessage());
    }
    return "";
  }
}
