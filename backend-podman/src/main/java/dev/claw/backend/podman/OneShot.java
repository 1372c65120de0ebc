package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.Digest;
import dev.claw.model.ExecResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs a program in a container of its own and leaves nothing behind. */
final class OneShot {
  private static final String SUBJECT = "one-time container";
  private static final int OUTPUT_LIMIT = 4 << 20;

  private final Libpod libpod;
  private final Agents agents;
  private final Images images;
  private final Path proc;

  OneShot(Libpod libpod, Agents agents, Images images, Path proc) {
    this.libpod = libpod;
    this.agents = agents;
    this.images = images;
    this.proc = proc;
  }

  ExecResult run(Digest image, List<String> command, Path file, String target, Duration timeout)
      throws BackendException {
    removeOrphans();
    Map<String, Object> body = body(images.getId(image), command, file, target, timeout);
    String id = libpod.post(SUBJECT, "/containers/create", body, Images.COPY).get("Id").text();
    try {
      return attachAndStart(id, Deadline.after(timeout));
    } finally {
      remove(id);
    }
  }

  private ExecResult attachAndStart(String id, Deadline deadline) throws BackendException {
    BoundedOutput output = new BoundedOutput(OUTPUT_LIMIT);
    String attach = "/containers/" + id + "/attach?stream=true&stdin=false&stdout=true&stderr=true";
    try (HttpAnswer answer = libpod.stream(SUBJECT, "POST", attach, null, deadline)) {
      libpod.post(SUBJECT, "/containers/" + id + "/start", null);
      new FrameReader(answer.body()).read(output);
    } catch (IOException e) {
      throw libpod.broken(SUBJECT, e);
    }
    // The stream ends a moment before the monitor has written down how the program ended.
    libpod.post(SUBJECT, "/containers/" + id + "/wait?condition=exited", null);
    Json state = libpod.get(SUBJECT, "/containers/" + id + "/json").get("State");
    return new ExecResult((int) state.get("ExitCode").number(), output.stdout(), output.stderr());
  }

  private Map<String, Object> body(
      String imageId, List<String> command, Path file, String target, Duration timeout)
      throws BackendException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("image", imageId);
    body.put("entrypoint", List.of());
    body.put("command", command);
    body.put("labels", Map.of(Label.ONCE, owner()));
    body.put("netns", Map.of("nsmode", "none"));
    body.put("userns", Map.of("nsmode", "keep-id"));
    body.put("user", own("uid") + ":" + own("gid"));
    body.put("env", Map.of("HOME", "/tmp"));
    body.put("env_host", false);
    body.put("httpproxy", false);
    body.put("cap_drop", List.of("all"));
    body.put("no_new_privileges", true);
    body.put("read_only_filesystem", true);
    body.put("read_write_tmpfs", false);
    body.put("image_volume_mode", "ignore");
    body.put("use_image_hosts", true);
    body.put("use_image_resolve_conf", true);
    body.put("systemd", "false");
    body.put("sdnotifyMode", "ignore");
    body.put("restart_policy", "no");
    body.put("healthconfig", Map.of("Test", List.of("NONE")));
    body.put("log_configuration", Map.of("driver", "none"));
    body.put("r_limits", List.of(Map.of("type", "core", "hard", 0, "soft", 0)));
    // Podman's monitor ends it even where claw is gone by then.
    body.put("timeout", timeout.toSeconds() + 30);
    body.put(
        "mounts",
        List.of(
            Map.of(
                "type",
                "bind",
                "source",
                file.toString(),
                "destination",
                target,
                "options",
                List.of("ro", "bind", "rprivate", "nosuid", "nodev")),
            Map.of(
                "type", "tmpfs",
                "source", "tmpfs",
                "destination", "/tmp",
                "options", List.of("rw", "size=268435456", "mode=1777", "nosuid", "nodev"))));
    return body;
  }

  /** Containers whose claw died before it could remove them. */
  private void removeOrphans() throws BackendException {
    for (ListedContainer row : agents.rows(SUBJECT, Label.ONCE)) {
      if (!isAlive(row.labels().getOrDefault(Label.ONCE, ""))) {
        remove(row.id());
      }
    }
  }

  private void remove(String id) throws BackendException {
    libpod.delete(SUBJECT, "/containers/" + id + "?force=true&timeout=0&v=true");
  }

  private String owner() throws BackendException {
    long pid = ProcessHandle.current().pid();
    try {
      return pid + ":" + new ProcFiles(proc, Long.toString(pid)).startTime();
    } catch (IOException e) {
      throw libpod.broken(SUBJECT, e);
    }
  }

  private boolean isAlive(String owner) {
    int colon = owner.indexOf(':');
    if (!owner.matches("[0-9]{1,10}:[0-9]{1,18}")) {
      return true; // not a label that claw writes, so not claw's to remove
    }
    try {
      return Long.parseLong(owner.substring(colon + 1))
          == new ProcFiles(proc, owner.substring(0, colon)).startTime();
    } catch (IOException e) {
      return false;
    }
  }

  private Object own(String attribute) throws BackendException {
    try {
      return Files.getAttribute(proc.resolve("self"), "unix:" + attribute);
    } catch (IOException e) {
      throw libpod.broken(SUBJECT, e);
    }
  }
}
