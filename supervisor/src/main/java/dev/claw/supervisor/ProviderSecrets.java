package dev.claw.supervisor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.PrivateFile;
import dev.claw.lock.StrictJson;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keys of model providers by name, in {@code secrets/provider/}: values, or where they come from.
 * Only names are ever on record or shown.
 */
public final class ProviderSecrets {
  private static final int LARGEST_FILE = 512 * 1024;
  private static final int MOST_WORDS = 64;
  private static final int LONGEST_COMMAND = 8 * 1024;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Host host;
  private final Map<String, String> environment;
  private final SecretCommand command;

  /**
   * @param environment of the process that asks; its commands get it too
   */
  public ProviderSecrets(Host host, Map<String, String> environment) {
    this(host, environment, LIMIT);
  }

  ProviderSecrets(Host host, Map<String, String> environment, Duration limit) {
    this.host = host;
    this.environment = Map.copyOf(environment);
    this.command = new SecretCommand(this.environment, host.userHome(), limit);
  }

  /**
   * A secret in a listing; never its value.
   *
   * @param kind {@code value}, {@code environment}, {@code command}; {@code broken} where the file
   *     can't be read
   * @param set when; empty where the file can't be read
   * @param agents whose verified locks name it
   * @param problem why the file can't be read; empty where it can
   */
  public record Listed(
      String name, String kind, Optional<Instant> set, List<AgentName> agents, String problem) {}

  private record Stored(SecretSource source, Instant set) {}

  private Path folder() {
    return host.home().secrets().resolve("provider");
  }

  /**
   * The secret's value as it is now; empty where nobody has set one of this name. Runs a command
   * where the secret is one, for up to 30 s.
   *
   * @throws SupervisorException where it is there and can't be had
   */
  public Optional<String> find(String name) throws SupervisorException {
    Optional<Stored> stored = read(checked(name));
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    String subject = "secret " + name + ": ";
    return Optional.of(
        switch (stored.get().source()) {
          case SecretSource.Value(String value) -> value;
          case SecretSource.Environment(String variable) -> fromEnvironment(subject, variable);
          case SecretSource.Command(List<String> words) ->
              command.run(subject + "its command ", words);
        });
  }

  /** Whether there is one of this name; its value is not asked for. */
  public boolean has(String name) throws SupervisorException {
    verifyFolder();
    return Files.exists(folder().resolve(checked(name)), LinkOption.NOFOLLOW_LINKS);
  }

  /** Sets or replaces a secret; its name and kind are on record. */
  public void set(String name, SecretSource source) throws SupervisorException, BackendException {
    host.home().verify();
    checked(name);
    try {
      check(source);
    } catch (InvalidValueException e) {
      throw refused(e);
    }
    host.journal()
        .onHost(
            "secret.set",
            null,
            Map.of("secret", name, "kind", source.kind()),
            () -> {
              if (!Files.exists(folder(), LinkOption.NOFOLLOW_LINKS)) {
                makeFolder();
              }
              verifyFolder();
              StateFiles.replace(
                  folder().resolve(name), text(new Stored(source, host.clock().instant())));
              return name;
            });
  }

  /**
   * Removes a secret.
   *
   * @throws SupervisorException NOT_FOUND where there is none
   */
  public void remove(String name) throws SupervisorException, BackendException {
    host.home().verify();
    if (!has(name)) {
      throw new SupervisorException(
          Reason.NOT_FOUND,
          "secret " + name + ": there is no such secret; 'claw secret list' shows those there are");
    }
    host.journal()
        .onHost(
            "secret.remove",
            null,
            Map.of("secret", name),
            () -> {
              StateFiles.delete(folder().resolve(name));
              StateFiles.sync(folder());
              return name;
            });
  }

  /** All secrets by name. */
  public List<Listed> list() throws SupervisorException {
    host.home().verify();
    verifyFolder();
    Map<String, Set<AgentName>> users = users();
    List<Listed> all = new ArrayList<>();
    for (String name : names()) {
      List<AgentName> agents = List.copyOf(users.getOrDefault(name, Set.of()));
      try {
        read(name)
            .ifPresent(
                stored ->
                    all.add(
                        new Listed(
                            name, stored.source().kind(), Optional.of(stored.set()), agents, "")));
      } catch (SupervisorException e) {
        all.add(
            new Listed(name, "broken", Optional.empty(), agents, String.valueOf(e.getMessage())));
      }
    }
    return all;
  }

  private List<String> names() throws SupervisorException {
    List<String> names = new ArrayList<>();
    if (!Files.exists(folder(), LinkOption.NOFOLLOW_LINKS)) {
      return names;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder())) {
      for (Path file : files) {
        try {
          names.add(SecretText.name(file.getFileName().toString()));
        } catch (InvalidValueException e) {
          // Not made by claw, or what a crash has left of a write.
        }
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, folder() + ": can't be listed: " + Failures.describe(e), e);
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  private Map<String, Set<AgentName>> users() throws SupervisorException {
    Map<String, Set<AgentName>> users = new HashMap<>();
    LockCheck locks = new LockCheck(host);
    for (AgentStore.Entry entry : host.agents().list()) {
      if (entry.agent().isPresent()) {
        locks
            .files(entry.agent().get())
            .lock()
            .ifPresent(
                lock ->
                    lock.models()
                        .providers()
                        .forEach(
                            provider ->
                                users
                                    .computeIfAbsent(provider.secret(), none -> new TreeSet<>())
                                    .add(entry.name())));
      }
    }
    return users;
  }

  private String fromEnvironment(String subject, String variable) throws SupervisorException {
    String value = environment.get(variable);
    if (value == null) {
      throw new SupervisorException(
          Reason.FAILED,
          subject
              + "expected the environment variable "
              + variable
              + ", found none; the supervisor has the environment of the shell whose command"
              + " started it: run 'claw supervisor stop', set it, then 'claw start'");
    }
    try {
      return SecretText.value(value);
    } catch (InvalidValueException e) {
      throw new SupervisorException(
          Reason.FAILED, subject + "environment variable " + variable + ": " + e.getMessage(), e);
    }
  }

  private static String checked(String name) throws SupervisorException {
    try {
      return SecretText.name(name);
    } catch (InvalidValueException e) {
      throw refused(e);
    }
  }

  private static void check(SecretSource source) throws InvalidValueException {
    switch (source) {
      case SecretSource.Value(String value) -> SecretText.value(value);
      case SecretSource.Environment(String variable) -> SecretText.variable(variable);
      case SecretSource.Command(List<String> words) -> {
        boolean whole =
            !words.isEmpty()
                && !words.getFirst().isEmpty()
                && words.size() <= MOST_WORDS
                && words.stream().mapToInt(String::length).sum() <= LONGEST_COMMAND
                && words.stream().noneMatch(word -> word.indexOf('\0') >= 0);
        if (!whole) {
          throw new InvalidValueException(
              "expected a command of 1 to " + MOST_WORDS + " words, found none such");
        }
      }
    }
  }

  private static SupervisorException refused(InvalidValueException e) {
    return new SupervisorException(Reason.REFUSED, "secret: " + e.getMessage(), e);
  }

  private void makeFolder() throws SupervisorException {
    try {
      ClawHome.createFolder(folder());
    } catch (SupervisorException e) {
      // Another claw may have made it in this moment.
      if (!Files.isDirectory(folder(), LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  private void verifyFolder() throws SupervisorException {
    if (Files.exists(folder(), LinkOption.NOFOLLOW_LINKS)) {
      host.home().verifyFolder(folder());
    }
  }

  private Optional<Stored> read(String name) throws SupervisorException {
    verifyFolder();
    Path file = folder().resolve(name);
    try {
      JsonFields fields =
          JsonFields.of(
              StrictJson.parse(PrivateFile.read(file, LARGEST_FILE), LARGEST_FILE),
              "",
              "set",
              "value",
              "environment",
              "command");
      Instant set = Instant.ofEpochMilli(fields.integer("set", 0, CanonicalJson.LARGEST));
      SecretSource source =
          fields.has("value")
              ? new SecretSource.Value(SecretText.value(fields.text("value")))
              : fields.has("environment")
                  ? new SecretSource.Environment(SecretText.variable(fields.text("environment")))
                  : new SecretSource.Command(fields.texts("command"));
      check(source);
      return Optional.of(new Stored(source, set));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, "secret " + name + ": " + String.valueOf(e.getMessage()), e);
    } catch (JsonException | InvalidValueException e) {
      // Without the message: what it found may be the secret.
      throw new SupervisorException(
          Reason.STATE,
          "secret "
              + name
              + ": "
              + file
              + " is not as claw writes it; set the secret again with 'claw secret set "
              + name
              + "'");
    }
  }

  private static String text(Stored stored) throws SupervisorException {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("set", stored.set().toEpochMilli());
    switch (stored.source()) {
      case SecretSource.Value(String value) -> node.put("value", value);
      case SecretSource.Environment(String variable) -> node.put("environment", variable);
      case SecretSource.Command(List<String> words) -> {
        ArrayNode array = node.putArray("command");
        words.forEach(array::add);
      }
    }
    return canonical(node);
  }

  private static String canonical(JsonNode node) throws SupervisorException {
    try {
      return CanonicalJson.text(node) + "\n";
    } catch (JsonException e) {
      throw new SupervisorException(
          Reason.REFUSED, "secret: expected well-formed Unicode, found something else");
    }
  }
}
