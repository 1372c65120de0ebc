package dev.claw.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * The launcher with a state folder of its own, and everything that tests make with it: closing it
 * removes agents, containers and secrets of these agents, and the folder.
 */
final class Claw implements AutoCloseable {
  private static final Path LAUNCHER =
      Path.of(System.getProperty("claw.launcher", "../dist/target/claw/bin/claw"))
          .toAbsolutePath()
          .normalize();

  private final Path folder;
  private final Path home;
  private final String prefix = "e2e-" + hex();
  private final Map<String, String> ids = new LinkedHashMap<>();
  private String unenforced = "";
  private int agents;

  private Claw(Path folder) {
    this.folder = folder;
    this.home = folder.resolve("h");
  }

  /** A place for a state folder that is not there yet. */
  static Claw unmade() {
    if (!Files.isExecutable(LAUNCHER)) {
      throw new IllegalStateException(LAUNCHER + ": no launcher here; run 'make dist'");
    }
    try {
      // Not in /tmp, which some hosts keep in memory; short, since sockets have short names.
      return new Claw(Files.createTempDirectory(Path.of("/var/tmp"), "ce-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A state folder, made by {@code claw init}; limits are let go only where this host has none. */
  static Claw fresh() {
    Claw claw = unmade();
    CommandResultAssert.assertThat(claw.run("init")).succeeds();
    return claw;
  }

  /** Lets limits go that this host does not enforce, and no others. */
  Claw tolerant() {
    List<String> limits = new ArrayList<>();
    for (JsonNode check : run("doctor", "--json").json()) {
      if (check.path("subject").asText().equals("cgroup controllers")
          && !check.path("outcome").asText().equals("ok")) {
        String found = check.path("found").asText();
        Map.of("memory", "memory", "cpu", "cpus", "pids", "pids")
            .forEach(
                (controller, limit) -> {
                  if (found.matches(".*\\b" + controller + "\\b.*not delegated.*")) {
                    limits.add(limit);
                  }
                });
      }
    }
    unenforced = String.join(",", limits);
    return this;
  }

  boolean enforcesLimits() {
    return unenforced.isEmpty();
  }

  Command command(String... arguments) {
    return commandBy(LAUNCHER.toString(), arguments);
  }

  /** The same by another launcher. */
  Command commandBy(String launcher, String... arguments) {
    List<String> words = new ArrayList<>(List.of(launcher));
    words.addAll(List.of(arguments));
    Command command = new Command(words);
    environment().forEach(command::with);
    return command;
  }

  /** What makes the launcher work with this state folder. */
  Map<String, String> environment() {
    return Map.of(
        "CLAW_HOME",
        home.toString(),
        "CLAW_ALLOW_UNENFORCED",
        unenforced,
        // A busy host must not make a program of one that waits for its server to speak.
        "CLAW_EGRESS_SILENCE",
        "8s");
  }

  /** The same on a pseudo-terminal, which {@code script} makes. */
  Command onTerminal(String... arguments) {
    String line =
        command(arguments).words().stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    Command command =
        new Command(List.of("script", "-qec", line, "/dev/null"))
            .with("TERM", "xterm-256color")
            .with("SHELL", "/bin/sh");
    environment().forEach(command::with);
    return command.signalled();
  }

  /** Texts of all files of the state folder that are still there when they are read. */
  Map<Path, String> texts() throws IOException {
    Map<Path, String> texts = new LinkedHashMap<>();
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isRegularFile()) {
              try {
                texts.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
              } catch (NoSuchFileException e) {
                // A database's journal comes and goes.
              }
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return texts;
  }

  CommandResult run(String... arguments) {
    return command(arguments).run();
  }

  /** A name that nobody else has. */
  String name() {
    return prefix + "-" + ++agents;
  }

  /** Makes an agent under a name that nobody else has. */
  String create(String template) {
    String name = name();
    CommandResultAssert.assertThat(run("create", template, name)).succeeds().printsOnly(name);
    remember(name);
    return name;
  }

  /** Notes an agent's id, so that its secret can be removed whatever a test does to its files. */
  void remember(String name) {
    for (JsonNode agent : run("list", "--json").json()) {
      if (agent.path("name").asText().equals(name) && agent.has("id")) {
        ids.put(name, agent.path("id").asText());
      }
    }
  }

  String id(String agent) {
    String id = ids.get(agent);
    if (id == null) {
      throw new IllegalArgumentException(agent + " was not made here");
    }
    return id;
  }

  /** A folder beside the state folder, for what tests need. */
  Path folder() {
    return folder;
  }

  Path home() {
    return home;
  }

  Path agent(String name) {
    return home.resolve("agents").resolve(name);
  }

  static Path launcher() {
    return LAUNCHER;
  }

  static String container(String agent) {
    return "claw-" + agent + "-agent";
  }

  static String pod(String agent) {
    return "claw-" + agent;
  }

  String secret(String agent) {
    return "claw." + id(agent) + ".gateway-token";
  }

  static String hex() {
    return HexFormat.of().toHexDigits((short) ThreadLocalRandom.current().nextInt());
  }

  @Override
  public void close() {
    Command.of("chmod", "-R", "u+rwX,go-rwx", folder.toString()).run();
    for (String agent : List.copyOf(ids.keySet())) {
      run("delete", "--force", agent);
    }
    run("trash", "empty", "--yes");
    run("supervisor", "stop");
    // What tests broke on purpose claw may refuse to remove; these names and ids are ours alone.
    for (int i = 1; i <= agents; i++) {
      Command.of("podman", "pod", "rm", "--force", "--ignore", pod(prefix + "-" + i)).run();
      Command.of("podman", "rm", "--force", "--ignore", container(prefix + "-" + i)).run();
    }
    for (String agent : ids.keySet()) {
      Command.of("podman", "secret", "rm", secret(agent)).run();
    }
    Command.of("rm", "-rf", "--", folder.toString()).run();
  }
}
