package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.LogQuery;
import dev.claw.model.LogSink;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.time.Instant;

/** A container's output as Podman's log driver kept it. */
final class Logs {
  private final Libpod libpod;

  Logs(Libpod libpod) {
    this.libpod = libpod;
  }

  void read(ListedContainer row, LogQuery query, LogSink sink) throws BackendException {
    String subject = "logs of container " + Quoted.of(row.name());
    StringBuilder path = new StringBuilder("/containers/").append(row.id()).append("/logs");
    path.append("?stdout=true&stderr=true&timestamps=true&follow=").append(query.follow());
    Instant since = query.since();
    if (since != null) {
      path.append("&since=").append(Libpod.encode(since.toString()));
    }
    if (query.tail() >= 0) {
      path.append("&tail=").append(query.tail());
    }
    LogLines lines = new LogLines(sink);
    // Podman answers, even with its status line, only when there is something to show.
    Deadline deadline = query.follow() ? Deadline.NEVER : Deadline.after(libpod.patience());
    try (HttpAnswer answer = libpod.stream(subject, "GET", path.toString(), null, deadline)) {
      new FrameReader(answer.body()).read(lines);
      lines.end();
    } catch (IOException e) {
      throw libpod.broken(subject, e);
    }
  }
}
