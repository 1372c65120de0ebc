package dev.claw.supervisor;

import dev.claw.model.CompiledPolicy;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files of an agent that its lock names by digest, and the lock itself. */
final class PolicyFiles {
  /** The template is named by the lock too, though not among its artefacts. */
  static final String TEMPLATE = "template.yaml";

  private static final int LARGEST = 8 << 20;

  private PolicyFiles() {}

  /**
   * Writes them all, the lock last: until then the old lock and the new files disagree, which the
   * next start sees.
   */
  static void write(AgentFolder folder, CompiledPolicy policy, byte[] lock)
      throws SupervisorException {
    StateFiles.keep(folder.template(), policy.templateYaml());
    StateFiles.keep(folder.openclaw(), policy.openclawJson());
    StateFiles.keep(folder.containerSpec(), policy.containerSpecJson());
    StateFiles.keep(folder.seccomp(), policy.seccompJson());
    StateFiles.replace(folder.lock(), lock);
  }

  /**
   * What is there, by the names that a lock gives the files.
   *
   * @param unreadable why a file that is there can't be read
   */
  record Found(Map<String, byte[]> bytes, Map<String, String> unreadable) {}

  /** Reads those that are there. */
  static Found read(AgentFolder folder) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    Map<String, String> unreadable = new LinkedHashMap<>();
    for (Path file :
        List.of(folder.template(), folder.openclaw(), folder.containerSpec(), folder.seccomp())) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        String name = file.getFileName().toString();
        try {
          files.put(name, StateFiles.read(file, LARGEST));
        } catch (SupervisorException e) {
          unreadable.put(name, StateFiles.withoutSubject(file, e));
        }
      }
    }
    return new Found(files, unreadable);
  }

  /**
   * Keeps aside, under {@code NAME.replaced}, every file whose text is about to be replaced by
   * another one, so that a hand edit is not lost.
   *
   * @return names of the files kept
   */
  static List<String> keepEdited(AgentFolder folder, CompiledPolicy policy)
      throws SupervisorException {
    Map<Path, String> next = new LinkedHashMap<>();
    next.put(folder.template(), policy.templateYaml());
    next.put(folder.openclaw(), policy.openclawJson());
    next.put(folder.containerSpec(), policy.containerSpecJson());
    next.put(folder.seccomp(), policy.seccompJson());
    List<String> kept = new ArrayList<>();
    for (Map.Entry<Path, String> file : next.entrySet()) {
      Path path = file.getKey();
      if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        continue; // a link is replaced, and what it leads to stays where it is
      }
      byte[] old = StateFiles.read(path, LARGEST);
      if (!new String(old, java.nio.charset.StandardCharsets.UTF_8).equals(file.getValue())) {
        StateFiles.replace(path.resolveSibling(path.getFileName() + ".replaced"), old);
        kept.add(path.getFileName() + ".replaced");
      }
    }
    return kept;
  }
}
