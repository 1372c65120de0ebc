package dev.claw.supervisor;

import dev.claw.lock.KeyException;
import dev.claw.lock.KeyRing;
import dev.claw.lock.KeySource;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keys that sign in an agent's folder only while it is that agent's: whoever holds on to a chain by
 * its path would otherwise go on in the chain of a successor of the same name.
 */
final class AgentKeys implements KeySource {
  private final KeySource keys;
  private final AgentStore agents;
  private final Path record;
  private final AgentName name;
  private final AgentId id;
  private @Nullable Seen seen;

  /**
   * @param record the agent's {@code agent.yaml}
   */
  AgentKeys(KeySource keys, AgentStore agents, Path record, AgentName name, AgentId id) {
    this.keys = keys;
    this.agents = agents;
    this.record = record;
    this.name = name;
    this.id = id;
  }

  /** The record as it was when it was read; as long as it is the same it says the same. */
  private record Seen(Object file, FileTime modified, long size) {}

  @Override
  public synchronized KeyRing ring() throws KeyException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(record, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Seen now = new Seen(String.valueOf(found.fileKey()), found.lastModifiedTime(), found.size());
      if (!now.equals(seen)) {
        Optional<AgentRecord> agent = agents.find(name);
        if (agent.isEmpty() || !agent.get().id().equals(id)) {
          throw gone(null);
        }
        seen = now;
      }
      return keys.ring();
    } catch (IOException | SupervisorException e) {
      throw gone(e);
    }
  }

  private KeyException gone(@Nullable Exception e) {
    String why = name + ": expected the folder of agent " + id + ", found it gone or another's";
    return e == null ? new KeyException(why) : new KeyException(why, e);
  }
}
