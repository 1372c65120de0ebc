package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.InvalidValueException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
    Optional<SecretFile> stored = read(checked(name));
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
      SecretFile.check(source);
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
                  folder().resolve(name), new SecretFile(source, host.clock().instant()).text());
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

  private Optional<SecretFile> read(String name) throws SupervisorException {
    verifyFolder();
    return SecretFile.read(folder().resolve(name), name);
  }
}
