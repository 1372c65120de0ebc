package dev.claw.e2e;

import java.nio.file.Path;
import java.util.List;

/**
 * A state folder on a small disk of its own: a tmpfs in a mount namespace, with a shell that does
 * in there what it is told. What stood in the folder is on the disk too, and changes there alone.
 */
final class TinyDisk implements AutoCloseable {
  private static final String ENTER =
      """
      set -e
      u=$(id -u) g=$(id -g)
      exec unshare --user --map-root-user --mount sh -ec '
        mkdir "$1"
        mount -t tmpfs -o size=4m,mode=700 tmpfs "$1"
        cp -a "$2" "$1/h"
        mount --bind "$1/h" "$2"
        exec unshare --user --map-user="$3" --map-group="$4" sh -c "
          while read -r line; do
            eval \\"\\$line\\"
            echo \\"= \\$?\\"
          done" sh "$1"
      ' sh "$1" "$2" "$u" "$g"
      """;

  private final Claw claw;
  private final RunningCommand shell;

  TinyDisk(Claw claw) {
    this.claw = claw;
    Path disk = claw.folder().resolve("disk");
    List<String> sample = claw.command("list").words();
    Command command =
        Command.of("sh", "-c", ENTER, "sh", disk.toString(), claw.home().toString())
            .with("FILL", disk.resolve("fill").toString())
            .with("CLAW", sample.getFirst());
    claw.environment().forEach(command::with);
    shell = command.start();
    run("true");
  }

  /** A line of shell, to its end; what it printed. */
  String run(String line) {
    int from = shell.out().length();
    shell.write(line + "\n");
    shell.await("the end of: " + line, () -> shell.out().substring(from).matches("(?s).*= \\d+\n"));
    String printed = shell.out().substring(from);
    if (!printed.endsWith("= 0\n")) {
      throw new AssertionError(line + "\n" + printed + shell.err());
    }
    return printed.substring(0, printed.length() - "= 0\n".length());
  }

  /** Leaves room for so much and no more. */
  void fill(int kibibytes) {
    run("cat /dev/zero >$FILL 2>/dev/null; truncate -s -" + kibibytes + "K $FILL && [ -s $FILL ]");
  }

  void free() {
    run("rm -f $FILL");
  }

  /** The supervisor in the foreground of the shell's background. */
  void serve() {
    run("\"$CLAW\" access serve telegram >&2 & supervisor=$!; true");
    shell.await("it serves", () -> shell.err().contains("serves " + claw.home()));
  }

  boolean serves() {
    return run("kill -0 $supervisor 2>/dev/null && echo yes; true").contains("yes");
  }

  String said() {
    return shell.err();
  }

  @Override
  public void close() {
    try {
      run("kill $supervisor; wait $supervisor; true");
    } finally {
      shell.close();
    }
  }
}
