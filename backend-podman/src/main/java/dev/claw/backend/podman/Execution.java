package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ExecResult;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs programs in a container that is there already. */
final class Execution {
  private static final int MOST_LOOKS = 20;

  private final Libpod libpod;
  private final Path proc;

  Execution(Libpod libpod, Path proc) {
    this.libpod = libpod;
    this.proc = proc;
  }

  ExecResult run(ListedContainer row, List<String> command, Duration timeout, int outputLimit)
      throws BackendException {
    String subject = "exec in container " + Quoted.of(row.name());
    Deadline deadline = Deadline.after(timeout);
    Map<String, Object> body =
        Map.of("Cmd", command, "AttachStdout", true, "AttachStderr", true, "AttachStdin", false);
    String session =
        libpod.post(subject, "/containers/" + row.id() + "/exec", body).get("Id").text();
    Map<String, Object> start = Map.of("Detach", false, "Tty", false);
    BoundedOutput output = new BoundedOutput(outputLimit);
    try (HttpAnswer answer =
        libpod.stream(subject, "POST", "/exec/" + session + "/start", start, deadline)) {
      new FrameReader(answer.body()).read(output);
    } catch (IOException e) {
      kill(row, session);
      throw libpod.broken(subject, e);
    } catch (BackendException e) {
      if (e.kind() != Kind.TIMEOUT) {
        throw e;
      }
      kill(row, session);
      throw new BackendException(
          Kind.TIMEOUT, subject + ": not done after " + timeout.toMillis() + " ms and ended", e);
    }
    Json ended = libpod.get(subject, "/exec/" + session + "/json");
    return new ExecResult((int) ended.get("ExitCode").number(), output.stdout(), output.stderr());
  }

  /** Ends the program and what it started in turn; the API has no call for it. */
  private void kill(ListedContainer row, String session) {
    try {
      Json state = libpod.get("exec", "/exec/" + session + "/json");
      Json inspect = libpod.get("exec", "/containers/" + row.id() + "/json");
      long pid = state.get("Pid").number();
      String first = Long.toString(inspect.get("State").get("Pid").number());
      if (pid > 0 && state.get("Running").isTrue()) {
        killSession(pid, new ProcFiles(proc, first).namespace("pid"));
      }
    } catch (BackendException | IOException e) {
      // the time-out is what the caller hears of; a program that is gone needs no end
    }
  }

  /**
   * The runtime makes the program the leader of a session, which its children are in whoever their
   * parent is by now; one that makes a session of its own is found while its parent lives. Nothing
   * outside the container's pid namespace is touched. Each look may find what was started during
   * the one before.
   */
  private void killSession(long leader, String namespace) {
    for (int look = 0; look < MOST_LOOKS; look++) {
      Set<Long> below =
          ProcessHandle.of(leader).stream()
              .flatMap(ProcessHandle::descendants)
              .map(ProcessHandle::pid)
              .collect(Collectors.toSet());
      List<ProcessHandle> found =
          ProcessHandle.allProcesses()
              .filter(process -> belongs(process.pid(), leader, below, namespace))
              .toList();
      if (found.isEmpty()) {
        return;
      }
      found.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private boolean belongs(long pid, long leader, Set<Long> below, String namespace) {
    ProcFiles files = new ProcFiles(proc, Long.toString(pid));
    try {
      return (pid == leader || below.contains(pid) || files.session() == leader)
          && files.namespace("pid").equals(namespace)
          && !files.status().getOrDefault("State", "").startsWith("Z");
    } catch (IOException e) {
      return false; // gone, or not the operator's
    }
  }
}
