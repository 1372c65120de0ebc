package dev.claw.backend.podman;

import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** An image of a static busybox and nothing else, made without a registry. */
record TestImage(String reference, Digest digest) implements AutoCloseable {
  private static final List<String> PROGRAMS =
      List.of(
          "cat", "echo", "env", "false", "grep", "head", "id", "ip", "kill", "ls", "mount", "nc",
          "ping", "sh", "sleep", "touch", "trap", "true", "wget", "yes");

  static TestImage build() throws IOException {
    Path busybox =
        Stream.of("/bin/busybox", "/usr/bin/busybox")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new IOException("no busybox: apt install busybox-static"));
    Path root = Files.createTempDirectory("claw-it-root");
    // The folder becomes the container's root, which others than its owner must be able to enter.
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String folder : List.of("bin", "etc", "tmp", "proc", "sys", "dev", "run", "workspace")) {
      Files.createDirectory(root.resolve(folder));
    }
    Files.copy(busybox, root.resolve("bin/busybox"));
    root.resolve("bin/busybox").toFile().setExecutable(true, false);
    for (String program : PROGRAMS) {
      Files.createSymbolicLink(root.resolve("bin").resolve(program), Path.of("busybox"));
    }
    Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
    Files.writeString(root.resolve("etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
    Path tar = root.resolveSibling(root.getFileName() + ".tar");
    String reference = "localhost/claw-it-" + UUID.randomUUID().toString().substring(0, 8) + ":1";
    try {
      Podman.exec(List.of("tar", "-C", root.toString(), "-cf", tar.toString(), "."));
      Podman.run(
          "import",
          "--quiet",
          "--change",
          "CMD [\"/bin/sh\", \"-c\", \"trap 'exit 0' TERM; while :; do sleep 1000 & wait; done\"]",
          "--change",
          "LABEL claw.recipe=test",
          tar.toString(),
          reference);
      return new TestImage(reference, digestOf(reference));
    } finally {
      Files.deleteIfExists(tar);
      Podman.exec(List.of("rm", "-rf", root.toString()));
    }
  }

  static Digest digestOf(String reference) throws IOException {
    return new Digest(Podman.run("image", "inspect", "--format", "{{.Digest}}", reference));
  }

  /** The same file system under another name and so another digest. */
  TestImage variant(String command) throws IOException {
    String other =
        reference.replace(":1", "-" + UUID.randomUUID().toString().substring(0, 4) + ":1");
    Path tar = Files.createTempFile("claw-it", ".tar");
    try {
      String container = Podman.run("create", reference);
      Podman.run("export", "--output", tar.toString(), container);
      Podman.run("rm", container);
      Podman.run(
          "import",
          "--quiet",
          "--change",
          "CMD [\"/bin/sh\", \"-c\", \"" + command + "\"]",
          "--change",
          "LABEL claw.recipe=test",
          tar.toString(),
          other);
      return new TestImage(other, digestOf(other));
    } finally {
      Files.delete(tar);
    }
  }

  @Override
  public void close() throws IOException {
    Podman.run("rmi", "--force", reference);
  }
}
