package dev.claw.supervisor;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The agents on disk. */
public final class AgentStore {
  private static final int LARGEST_RECORD = 64 * 1024;

  private final ClawHome home;
  private final @Nullable AgentId only;

  public AgentStore(ClawHome home) {
    this(home, null);
  }

  private AgentStore(ClawHome home, @Nullable AgentId only) {
    this.home = home;
    this.only = only;
  }

  /** The same, for which an agent with another id is a {@code CONFLICT} and not what was meant. */
  AgentStore only(AgentId id) {
    return new AgentStore(home, id);
  }

  /**
   * What stands in the folder of agents under one name.
   *
   * @param problem why the record can't be read; empty where it can
   */
  public record Entry(AgentName name, Optional<AgentRecord> agent, String problem) {}

  /** All agents by name; one whose record is broken is among them with what is wrong. */
  public List<Entry> list() throws SupervisorException {
    List<Entry> entries = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(home.agents())) {
      for (Path folder : folders) {
        String text = folder.getFileName().toString();
        if (text.startsWith(".")) {
          continue; // leases, and what a crash left of a create
        }
        entry(text).ifPresent(entries::add);
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, home.agents() + ": can't be listed: " + Failures.describe(e), e);
    }
    entries.sort(Comparator.comparing(Entry::name));
    return entries;
  }

  private Optional<Entry> entry(String text) {
    AgentName name;
    try {
      name = AgentName.parse(text);
    } catch (InvalidValueException e) {
      return Optional.empty(); // not made by claw
    }
    try {
      return find(name).map(agent -> new Entry(name, Optional.of(agent), ""));
    } catch (SupervisorException e) {
      return Optional.of(new Entry(name, Optional.empty(), String.valueOf(e.getMessage())));
    }
  }

  /** The agent of this name, if there is one. */
  public Optional<AgentRecord> find(AgentName name) throws SupervisorException {
    Path file = home.agent(name).record();
    if (!Files.exists(home.agent(name).path(), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String text;
    try {
      text = new String(StateFiles.read(file, LARGEST_RECORD), StandardCharsets.UTF_8);
    } catch (SupervisorException e) {
      throw new SupervisorException(
          e.reason(),
          e.getMessage() + "; put it back from a backup, or 'claw delete " + name + "'",
          e);
    }
    AgentRecord agent;
    try {
      agent = AgentRecordYaml.parse(text);
    } catch (InvalidValueException e) {
      throw new SupervisorException(
          Reason.STATE,
          file
              + ":"
              + e.getMessage()
              + "; put it back from a backup, or 'claw delete "
              + name
              + "'",
          e);
    }
    if (!agent.name().equals(name)) {
      throw new SupervisorException(
          Reason.STATE,
          file
              + ": expected the name "
              + name
              + " of its folder, found "
              + Quoted.of(agent.name().value())
              + "; give the folder its old name back");
    }
    if (only != null && !agent.id().equals(only)) {
      throw new SupervisorException(
          Reason.CONFLICT,
          name + ": it was replaced by another agent just now; look at it, then try again");
    }
    return Optional.of(agent);
  }

  /**
   * The agent of this name.
   *
   * @throws SupervisorException NOT_FOUND where there is none
   */
  public AgentRecord get(AgentName name) throws SupervisorException {
    return find(name)
        .orElseThrow(
            () ->
                new SupervisorException(
                    Reason.NOT_FOUND,
                    name + ": there is no such agent; 'claw list' shows those that there are"));
  }

  /** The record in this folder, wherever it stands; empty where there is none that can be read. */
  static Optional<AgentRecord> peek(AgentFolder folder) {
    try {
      byte[] bytes = StateFiles.read(folder.record(), LARGEST_RECORD);
      return Optional.of(AgentRecordYaml.parse(new String(bytes, StandardCharsets.UTF_8)));
    } catch (SupervisorException | InvalidValueException e) {
      return Optional.empty();
    }
  }

  /** Writes the agent's record anew. */
  void write(AgentRecord agent) throws SupervisorException {
    StateFiles.replace(home.agent(agent.name()).record(), AgentRecordYaml.format(agent));
  }

  static void write(Path folder, AgentRecord agent) throws SupervisorException {
    StateFiles.replace(new AgentFolder(folder).record(), AgentRecordYaml.format(agent));
  }
}
