package dev.claw.backend.podman;

import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.EgressRule;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the program that holds a connection of an agent, from the host's side of procfs. What can't
 * be read, and what two programs hold, is unknown.
 */
final class Programs {
  private final Libpod libpod;
  private final Agents agents;
  private final Path proc;
  private final ExecutableDigests digests = new ExecutableDigests();
  private final Map<AgentId, Container> containers = new ConcurrentHashMap<>();

  Programs(Libpod libpod, Agents agents, Path proc) {
    this.libpod = libpod;
    this.agents = agents;
    this.proc = proc;
  }

  /**
   * A container's first process, which says what is inside: its namespaces.
   *
   * @param start tells it from a later process with its id
   */
  private record Container(String pid, long start, List<String> namespaces) {}

  Optional<EgressRule.Program> find(
      AgentId id, InetSocketAddress source, InetSocketAddress destination) throws BackendException {
    try {
      Container container = container(id);
      List<String> table = new ArrayList<>();
      for (String name : List.of("net/tcp", "net/tcp6")) {
        table.addAll(new ProcFiles(proc, container.pid()).lines(name));
      }
      OptionalLong inode = SocketTable.inode(table, source, destination);
      return inode.isEmpty() ? Optional.empty() : holder(container, inode.getAsLong());
    } catch (IOException e) {
      return Optional.empty(); // a process that ended while it was looked at, or hides from us
    }
  }

  private Container container(AgentId id) throws BackendException, IOException {
    Container known = containers.get(id);
    if (known != null && isStill(known)) {
      return known;
    }
    ListedContainer row = agents.get(id);
    String subject = "container " + Quoted.of(row.name());
    Json state = libpod.get(subject, "/containers/" + row.id() + "/json").get("State");
    String pid = Long.toString(state.get("Pid").number());
    ProcFiles files = new ProcFiles(proc, pid);
    Container found = new Container(pid, files.startTime(), namespaces(files));
    containers.put(id, found);
    return found;
  }

  private boolean isStill(Container container) {
    try {
      return new ProcFiles(proc, container.pid()).startTime() == container.start();
    } catch (IOException e) {
      return false;
    }
  }

  /** In another mount namespace a path could stand for another file. */
  private static List<String> namespaces(ProcFiles files) throws IOException {
    return List.of(files.namespace("pid"), files.namespace("mnt"), files.namespace("user"));
  }

  private Optional<EgressRule.Program> holder(Container container, long inode) throws IOException {
    Set<EgressRule.Program> found = new HashSet<>();
    for (String pid : insiders(container)) {
      ProcFiles files = new ProcFiles(proc, pid);
      if (files.holds(inode)) {
        if (!namespaces(files).equals(container.namespaces())) {
          return Optional.empty();
        }
        found.add(program(files, container));
      }
    }
    return found.size() == 1 ? Optional.of(found.iterator().next()) : Optional.empty();
  }

  private EgressRule.Program program(ProcFiles files, Container container) throws IOException {
    long start = files.startTime();
    String path = files.executable();
    String digest = digests.of(files, path, new ProcFiles(proc, container.pid()).mounts());
    if (files.startTime() != start || !files.executable().equals(path)) {
      throw new IOException("it became another program meanwhile");
    }
    return new EgressRule.Program(path, digest);
  }

  /**
   * Processes of this user below another pid namespace: those of containers.
   *
   * @throws IOException where one in the agent's cgroup does not let its descriptors be read, as a
   *     process can choose: it may hold the connection as well
   */
  private List<String> insiders(Container container) throws IOException {
    Map<String, String> own = new ProcFiles(proc, "self").status();
    int depth = depth(own);
    String uid = first(own.get("Uid"));
    Optional<String> cgroup = new ProcFiles(proc, container.pid()).cgroup();
    List<String> insiders = new ArrayList<>();
    for (String pid : pids()) {
      ProcFiles files = new ProcFiles(proc, pid);
      Map<String, String> status;
      try {
        status = files.status();
      } catch (IOException e) {
        continue; // it ended
      }
      if (depth(status) <= depth || !first(status.get("Uid")).equals(uid)) {
        continue;
      }
      if (files.isReadable()) {
        insiders.add(pid);
      } else if (!first(status.get("State")).equals("Z") && files.cgroup().equals(cgroup)) {
        throw new IOException("process " + pid + " hides its descriptors");
      }
    }
    return insiders;
  }

  private List<String> pids() throws IOException {
    try (Stream<Path> entries = Files.list(proc)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> Character.isDigit(name.charAt(0)))
          .toList();
    }
  }

  private static int depth(Map<String, String> status) {
    return status.getOrDefault("NSpid", "").split("\\s+", -1).length;
  }

  private static String first(@Nullable String field) {
    return field == null ? "" : field.split("\\s+", -1)[0];
  }
}
