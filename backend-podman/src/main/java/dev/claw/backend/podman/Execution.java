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

/** Runs programs in a container that is there already. */
final class Execution {
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

  /** Ends the program, though not what it started in turn; the API has no call for it. */
  private void kill(ListedContainer row, String session) {
    try {
      Json state = libpod.get("exec", "/exec/" + session + "/json");
      Json inspect = libpod.get("exec", "/containers/" + row.id() + "/json");
      long pid = state.get("Pid").number();
      String first = Long.toString(inspect.get("State").get("Pid").number());
      if (pid > 0
          && state.get("Running").isTrue()
          && new ProcFiles(proc, Long.toString(pid))
              .namespace("pid")
              .equals(new ProcFiles(proc, first).namespace("pid"))) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    } catch (BackendException | IOException e) {
      // the time-out is what the caller hears of; a program that is gone needs no end
    }
  }
}
