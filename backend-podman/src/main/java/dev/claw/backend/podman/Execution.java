package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ExecResult;
import dev.claw.model.OutputSink;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs programs in a container that is there already. */
final class Execution {
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final int LOOKS = 50;

  private final Libpod libpod;
  private final Path proc;

  Execution(Libpod libpod, Path proc) {
    this.libpod = libpod;
    this.proc = proc;
  }

  ExecResult run(ListedContainer row, List<String> command, Duration timeout, int outputLimit)
      throws BackendException {
    BoundedOutput output = new BoundedOutput(outputLimit);
    int exitCode = attached(row, command, null, timeout, output);
    return new ExecResult(exitCode, output.stdout(), output.stderr());
  }

  int converse(
      ListedContainer row, List<String> command, byte[] input, Duration timeout, OutputSink sink)
      throws BackendException {
    boolean[] declined = {false};
    int exitCode =
        attached(
            row,
            command,
            input,
            timeout,
            (error, first, bytes, length) -> {
              declined[0] = length > 0 && !sink.accept(error, bytes, length);
              return !declined[0];
            });
    return declined[0] ? -1 : exitCode;
  }

  /** Runs to its end; a program that the sink wants no more of is ended. */
  private int attached(
      ListedContainer row,
      List<String> command,
      byte @Nullable [] input,
      Duration timeout,
      FrameReader.Sink sink)
      throws BackendException {
    String subject = "exec in container " + Quoted.of(row.name());
    Deadline deadline = Deadline.after(timeout);
    Map<String, Object> body =
        Map.of(
            "Cmd",
            command,
            "AttachStdout",
            true,
            "AttachStderr",
            true,
            "AttachStdin",
            input != null);
    String session =
        libpod.post(subject, "/containers/" + row.id() + "/exec", body).get("Id").text();
    Map<String, Object> start = Map.of("Detach", false, "Tty", false);
    boolean ended = false;
    try (HttpAnswer answer =
        libpod.stream(subject, "POST", "/exec/" + session + "/start", start, deadline)) {
      if (input != null) {
        answer.connection().write(ByteBuffer.wrap(input));
        answer.connection().endOutput();
      }
      ended = new FrameReader(answer.body()).read(sink);
    } catch (IOException e) {
      throw timeout(subject, timeout, libpod.broken(subject, e));
    } catch (BackendException e) {
      throw timeout(subject, timeout, e);
    } finally {
      if (!ended) {
        kill(row, session);
      }
    }
    if (!ended) {
      return -1;
    }
    // The output ends a moment before Podman has written down how the program did.
    Json state = libpod.get(subject, "/exec/" + session + "/json");
    while (state.get("Running").isTrue()) {
      if (deadline.isOver()) {
        kill(row, session);
        throw new BackendException(Kind.TIMEOUT, notDone(subject, timeout));
      }
      LockSupport.parkNanos(PAUSE.toNanos());
      state = libpod.get(subject, "/exec/" + session + "/json");
    }
    return (int) state.get("ExitCode").number();
  }

  private static BackendException timeout(String subject, Duration timeout, BackendException e) {
    return e.kind() != Kind.TIMEOUT
        ? e
        : new BackendException(Kind.TIMEOUT, notDone(subject, timeout), e);
  }

  private static String notDone(String subject, Duration timeout) {
    return subject + ": not done after " + timeout.toMillis() + " ms and ended";
  }

  /** Ends the program, though not what it started in turn; the API has no call for it. */
  private void kill(ListedContainer row, String session) {
    boolean interrupted = Thread.interrupted(); // an interrupted thread can't ask Podman
    try {
      Json state = libpod.get("exec", "/exec/" + session + "/json");
      // One that has not begun yet would run on where it were not waited for.
      for (int i = 0; i < LOOKS && state.get("Pid").number() == 0; i++) {
        LockSupport.parkNanos(PAUSE.toNanos());
        state = libpod.get("exec", "/exec/" + session + "/json");
      }
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
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
