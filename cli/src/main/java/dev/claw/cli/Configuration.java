package dev.claw.cli;

import dev.claw.compiler.PositionedYaml;
import dev.claw.compiler.Problems;
import dev.claw.compiler.YamlNode;
import dev.claw.egress.EgressLimits;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be set once for all commands. A command's option goes before the environment, the
 * environment before {@code config.yaml}, and that before what is built in.
 *
 * @param allowUnenforced limits that the host need not enforce
 * @param readyTimeout how long a start waits for the gateway
 * @param idleExit after how long a supervisor that was started on demand ends when no agent needs
 *     it
 * @param approvalTimeout after which an approval that nobody answered is denied; OpenClaw denies
 *     commands after half an hour by itself
 * @param egressSilence after which a captured client that has said nothing, on other ports than 80
 *     and 443, is taken for one whose server speaks first
 */
record Configuration(
    Set<String> allowUnenforced,
    Duration readyTimeout,
    Duration idleExit,
    Duration approvalTimeout,
    Duration egressSilence) {
  private static final int LARGEST = 64 * 1024;

  static final Configuration BUILT_IN =
      new Configuration(
          Set.of(),
          Duration.ofMinutes(3),
          Duration.ofMinutes(1),
          Duration.ofMinutes(30),
          EgressLimits.DEFAULT.serverFirst());

  private static final List<String> KEYS =
      List.of("allowUnenforced", "readyTimeout", "supervisor", "approvalTimeout", "egressSilence");
  private static final Set<String> LIMITS = Set.of("memory", "cpus", "pids");
  private static final String DURATION = "a duration such as 180s or 3m";
  private static final Pattern TIME = Pattern.compile("([1-9][0-9]{0,5})(ms|s|m)");

  /** Copies the set. */
  Configuration {
    allowUnenforced = Set.copyOf(allowUnenforced);
  }

  /**
   * @throws CliException naming file and line of everything that is wrong in the file
   */
  static Configuration resolve(Path file, Map<String, String> environment) throws CliException {
    Configuration fromFile = read(file);
    String limits = environment.getOrDefault("CLAW_ALLOW_UNENFORCED", "");
    return new Configuration(
        limits.isEmpty()
            ? fromFile.allowUnenforced()
            : limits("CLAW_ALLOW_UNENFORCED", List.of(limits.split(",", -1))),
        variable(environment, "CLAW_READY_TIMEOUT", fromFile.readyTimeout()),
        variable(environment, "CLAW_SUPERVISOR_IDLE_EXIT", fromFile.idleExit()),
        variable(environment, "CLAW_APPROVAL_TIMEOUT", fromFile.approvalTimeout()),
        variable(environment, "CLAW_EGRESS_SILENCE", fromFile.egressSilence()));
  }

  private static Duration variable(Map<String, String> environment, String name, Duration other)
      throws CliException {
    String text = environment.getOrDefault(name, "");
    return text.isEmpty()
        ? other
        : duration(text)
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.USAGE,
                        name + ": expected " + DURATION + ", found " + Quoted.of(text)));
  }

  /** Checks words of {@code --allow-unenforced} and its like. */
  static Set<String> limits(String subject, List<String> words) throws CliException {
    for (String word : words) {
      if (!LIMITS.contains(word)) {
        throw new CliException(
            ExitCode.USAGE,
            subject + ": expected some of memory, cpus, pids, found " + Quoted.of(word));
      }
    }
    return new LinkedHashSet<>(words);
  }

  private static Configuration read(Path file) throws CliException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return BUILT_IN;
    }
    String text;
    try {
      text = text(file);
    } catch (CharacterCodingException e) {
      throw new CliException(
          ExitCode.STATE, file + ": expected UTF-8, found other bytes; save it as UTF-8", e);
    } catch (AccessDeniedException e) {
      throw new CliException(
          ExitCode.STATE,
          file + ": can't be read: permission denied; run 'chmod 600 " + file + "'",
          e);
    } catch (IOException e) {
      throw new CliException(ExitCode.STATE, file + ": can't be read: " + e.getMessage(), e);
    }
    if (text.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
      return BUILT_IN; // as 'claw init' writes it: no reason to load a YAML parser
    }
    Problems problems = new Problems();
    Optional<YamlNode.Mapping> root = PositionedYaml.parse(file.toString(), text, problems);
    Configuration read = root.map(mapping -> read(mapping, problems)).orElse(BUILT_IN);
    if (problems.hasErrors()) {
      List<String> lines = new ArrayList<>();
      problems.sorted().forEach(problem -> lines.add(problem.toString()));
      throw new CliException(ExitCode.STATE, String.join("\n", lines));
    }
    return read;
  }

  // To open a pipe would wait for whoever writes into it.
  private static String text(Path file) throws IOException, CliException {
    if (!Files.isRegularFile(file)) {
      throw new CliException(
          ExitCode.STATE, file + ": expected a file, found something else; move it away");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new CliException(
            ExitCode.STATE, file + ": expected at most 64 KiB, found more; shorten it");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  private static Configuration read(YamlNode.Mapping root, Problems problems) {
    Set<String> unenforced = new LinkedHashSet<>();
    Duration timeout = BUILT_IN.readyTimeout();
    Duration idleExit = BUILT_IN.idleExit();
    Duration approvals = BUILT_IN.approvalTimeout();
    Duration silence = BUILT_IN.egressSilence();
    for (YamlNode.Entry entry : root.entries()) {
      YamlNode value = entry.value();
      switch (entry.key()) {
        case "readyTimeout" -> timeout = duration("readyTimeout", value, problems).orElse(timeout);
        case "approvalTimeout" ->
            approvals = duration("approvalTimeout", value, problems).orElse(approvals);
        case "egressSilence" ->
            silence = duration("egressSilence", value, problems).orElse(silence);
        case "supervisor" -> idleExit = idleExit(value, problems).orElse(idleExit);
        case "allowUnenforced" -> {
          List<YamlNode> items =
              value instanceof YamlNode.Sequence list ? list.items() : List.of(value);
          for (YamlNode item : items) {
            Optional<String> word = scalar(item, problems);
            if (word.isPresent() && !LIMITS.contains(word.get())) {
              problems.error(
                  item.at(),
                  "allowUnenforced: expected some of memory, cpus, pids, found "
                      + item.described());
            }
            word.ifPresent(unenforced::add);
          }
        }
        default ->
            problems.error(
                entry.at(), "unknown key " + Quoted.of(entry.key()) + "; expected one of " + KEYS);
      }
    }
    return new Configuration(unenforced, timeout, idleExit, approvals, silence);
  }

  private static Optional<Duration> idleExit(YamlNode value, Problems problems) {
    if (!(value instanceof YamlNode.Mapping mapping)) {
      problems.error(
          value.at(), "supervisor: expected a mapping with idleExit, found " + value.described());
      return Optional.empty();
    }
    Optional<Duration> found = Optional.empty();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (entry.key().equals("idleExit")) {
        found = duration("supervisor.idleExit", entry.value(), problems);
      } else {
        problems.error(
            entry.at(),
            "unknown key " + Quoted.of(entry.key()) + " in supervisor; expected idleExit");
      }
    }
    return found;
  }

  private static Optional<Duration> duration(String key, YamlNode value, Problems problems) {
    Optional<Duration> read = scalar(value, problems).flatMap(Configuration::duration);
    if (read.isEmpty()) {
      problems.error(value.at(), key + ": expected " + DURATION + ", found " + value.described());
    }
    return read;
  }

  private static Optional<String> scalar(YamlNode node, Problems problems) {
    if (node instanceof YamlNode.Scalar scalar && !scalar.isNull()) {
      return Optional.of(scalar.text());
    }
    problems.error(node.at(), "expected a text, found " + node.described());
    return Optional.empty();
  }

  static Optional<Duration> duration(String text) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "m" -> Duration.ofMinutes(number);
          case "s" -> Duration.ofSeconds(number);
          default -> Duration.ofMillis(number);
        });
  }
}
