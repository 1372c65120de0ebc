package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A state folder that is unsafe, damaged, full, or used by two claws at once. */
@RequiresPodman
class BadStateIT {
  private Claw claw = Claw.unmade();

  @BeforeEach
  void init() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
  }

  @AfterEach
  void remove() {
    claw.close();
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  @Test
  void aFolderThatOthersMayWrite() throws IOException {
    mode(claw.home(), "rwxrwxrwx");
    for (List<String> words :
        List.of(
            List.of("list"),
            List.of("status"),
            List.of("create", "reviewer", claw.name()),
            List.of("key", "rotate"),
            List.of("audit", "verify"))) {
      assertThat(claw.run(words.toArray(String[]::new)))
          .exits(8)
          .says("expected mode 0700, found rwxrwxrwx", "chmod 700")
          .printsNothing();
    }
    mode(claw.home(), "rwx------");
    mode(claw.home().resolve("agents"), "rwxrwx---");
    assertThat(claw.run("list")).exits(8).says(claw.home() + "/agents");
    mode(claw.home().resolve("agents"), "rwx------");
    assertThat(claw.run("list")).succeeds();
  }

  @Test
  void aKeyThatOthersMayRead() throws IOException {
    mode(claw.home().resolve("secrets/host.key"), "rw-r--r--");
    assertThat(claw.run("create", "reviewer", claw.name()))
        .exits(8)
        .says("host.key")
        .printsNothing();
  }

  @Test
  void aReadOnlyFolder() throws IOException {
    List<Path> folders;
    try (Stream<Path> all = Files.walk(claw.home())) {
      folders = all.filter(Files::isDirectory).toList();
    }
    for (Path folder : folders) {
      mode(folder, "r-x------");
    }
    String agent = claw.name();
    assertThat(claw.run("create", "reviewer", agent)).exits(8).printsNothing().showsNoBug();
    assertThat(claw.run("key", "rotate"))
        .exits(8)
        .says("permission denied")
        .printsNothing()
        .showsNoBug();
    assertThat(claw.run("list")).succeeds();
    for (Path folder : folders) {
      mode(folder, "rwx------");
    }
    assertThat(claw.run("list", "--quiet")).succeeds().printsNothing();
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  @Test
  void aDatabaseThatIsNoneOrOfANewerClaw() throws IOException {
    String agent = claw.create("reviewer");
    Path database = claw.home().resolve("claw.db");
    byte[] good = Files.readAllBytes(database);
    byte[] newer = good.clone();
    ByteBuffer.wrap(newer).putInt(60, 99); // user_version, SQLite file format 1.3
    Files.write(database, newer);
    assertThat(claw.run("start", "--no-wait", agent))
        .exits(8)
        .says("claw.db", "newer claw", "99")
        .printsNothing();
    Files.writeString(database, "no database ".repeat(1000));
    assertThat(claw.run("start", "--no-wait", agent))
        .exits(8)
        .says("claw.db")
        .showsNoBug()
        .printsNothing();
    assertThat(claw.run("list", "--quiet")).succeeds().printsOnly(agent);
    Files.write(database, good);
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
  }

  @Test
  void aRecordThatWasEdited() throws IOException {
    String agent = claw.create("reviewer");
    assertThat(claw.run("key", "rotate")).succeeds();
    Path log = claw.home().resolve("logs/audit.jsonl");
    List<String> lines = Files.readAllLines(log);
    lines.replaceAll(line -> line.replace("\"key.rotate\"", "\"key.roTate\""));
    Files.write(log, lines);
    assertThat(claw.run("audit", "verify")).exits(5).prints("host: line ");
    CommandResult json = claw.run("audit", "verify", "--json");
    assertThat(json).exits(5);
    Assertions.assertThat(json.json().path(0).path("intact").asBoolean(true)).isFalse();
    assertThat(claw.run("delete", agent)).showsNoBug();
  }

  @Test
  void aRecordWhoseEndWasCutOff() throws IOException {
    String agent = claw.create("reviewer");
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    assertThat(claw.run("stop", "--now", agent)).succeeds();
    Path log = claw.agent(agent).resolve("audit.jsonl");
    List<String> lines = Files.readAllLines(log);
    Files.write(log, lines.subList(0, lines.size() - 1));
    assertThat(claw.run("start", "--no-wait", agent))
        .exits(8)
        .says("audit.jsonl", "audit repair")
        .printsNothing();
    assertThat(claw.run("audit", "verify", agent)).exits(5);
    assertThat(claw.run("audit", "repair", agent)).exits(2).says("--yes");
    assertThat(claw.run("audit", "repair", "-y", agent)).succeeds();
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    CommandResult after = claw.run("audit", "verify", agent);
    Assertions.assertThat(after.out()).as(after.toString()).containsPattern("lost|gap|missing");
  }

  @Test
  void aTornLastLine() throws IOException {
    String agent = claw.create("reviewer");
    Path log = claw.home().resolve("logs/audit.jsonl");
    Files.writeString(log, "{\"actor\":{\"kind\":\"cl", StandardOpenOption.APPEND);
    assertThat(claw.run("audit", "verify")).succeeds();
    assertThat(claw.run("delete", agent)).succeeds();
    assertThat(claw.run("audit", "verify")).succeeds().prints("host: ");
    assertThat(claw.run("audit", "show", "--type", "agent.delete")).succeeds().prints(agent);
  }

  @Test
  void aLinkInPlaceOfTheRecord() throws IOException {
    String agent = claw.create("reviewer");
    Path target = claw.folder().resolve("target");
    Files.writeString(target, "untouched");
    Path log = claw.agent(agent).resolve("audit.jsonl");
    Files.deleteIfExists(log);
    Files.createSymbolicLink(log, target);
    assertThat(claw.run("start", "--no-wait", agent))
        .exits(8)
        .says("audit.jsonl")
        .printsNothing()
        .showsNoBug();
    Assertions.assertThat(target).hasContent("untouched");
    Assertions.assertThat(
            Command.of("podman", "container", "exists", Claw.container(agent)).run().exitCode())
        .isEqualTo(1);
  }

  @Test
  void anAgentWhoseRecordCannotBeRead() throws IOException {
    String broken = claw.create("reviewer");
    Files.writeString(claw.agent(broken).resolve("agent.yaml"), "id: [\n");
    CommandResult list = claw.run("list", "--json");
    assertThat(list).succeeds().says("agent.yaml");
    Assertions.assertThat(list.json().path(0).path("state").asText()).isEqualTo("broken");
    assertThat(claw.run("status")).exits(5).prints("broken");
    assertThat(claw.run("start", broken)).exits(8).says("agent.yaml").printsNothing();
    assertThat(claw.run("delete", broken)).succeeds();
    assertThat(claw.run("list", "--quiet")).succeeds().printsNothing();
  }

  @Test
  void twoCreatesOfOneName() {
    String agent = claw.name();
    RunningCommand first = claw.command("create", "reviewer", agent).start();
    RunningCommand second = claw.command("create", "reviewer", agent).start();
    List<CommandResult> results = List.of(first.result(), second.result());
    Assertions.assertThat(results)
        .extracting(CommandResult::exitCode)
        .containsExactlyInAnyOrder(0, 7);
    for (CommandResult result : results) {
      if (result.exitCode() == 7) {
        assertThat(result).saysSomethingLike("another claw is changing|an agent of this name");
      }
    }
    claw.remember(agent);
    assertThat(claw.run("status", agent)).succeeds().prints("verified");
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  @Test
  void manyClawsAtOnceKeepTheChain() {
    String agent = claw.create("reviewer");
    List<RunningCommand> all =
        Stream.of(
                List.of("start", "--no-wait", agent),
                List.of("start", "--no-wait", agent),
                List.of("key", "rotate"),
                List.of("stop", "--now", agent))
            .map(words -> claw.command(words.toArray(String[]::new)).start())
            .toList();
    for (RunningCommand running : all) {
      CommandResult result = running.result();
      assertThat(result).showsNoBug();
      Assertions.assertThat(result.exitCode()).as(result.toString()).isIn(0, 1, 5, 6, 7);
    }
    assertThat(claw.run("audit", "verify")).succeeds();
    assertThat(claw.run("status", agent)).succeeds().prints("verified");
  }

  @Test
  void aPodmanThatIsNotThereIsSaidByStatus() {
    String agent = claw.create("reviewer");
    CommandResult result =
        claw.command("status", agent)
            .with("CONTAINER_HOST", "unix://" + claw.folder().resolve("nobody.sock"))
            .run();
    assertThat(result).exits(6).prints("verified", "unknown").says("nobody.sock").showsNoBug();
  }

  /** A tmpfs in a user namespace of our own is a disk that an ordinary user can fill. */
  @Test
  void aFullDisk() {
    String script =
        """
        set -e
        mount -t tmpfs -o size=512k,mode=700 tmpfs "$1"
        exec unshare --user --map-user="$2" --map-group="$3" sh -e -c '
          export CLAW_HOME="$1/h"
          "$2" init >/dev/null
          cat /dev/zero >"$1/fill" 2>/dev/null || true
          find "$CLAW_HOME" -type f ! -name "*.lease" -exec sha256sum {} + | sort >"$3/before"
          code=0; "$2" create reviewer full || code=$?; echo "create $code"
          code=0; "$2" key rotate || code=$?; echo "rotate $code"
          "$2" list --quiet
          find "$CLAW_HOME" -type f ! -name "*.lease" -exec sha256sum {} + | sort >"$3/after"
          cmp "$3/before" "$3/after" && echo unchanged
          rm "$1/fill"
          "$2" audit verify
          "$2" key rotate >/dev/null && echo rotated
        ' sh "$1" "$4" "$5"
        """;
    Path disk = claw.folder().resolve("disk");
    CommandResult result =
        Command.of(
                "sh",
                "-c",
                "mkdir \"$1\" && u=$(id -u) g=$(id -g) && exec unshare --user --map-root-user"
                    + " --mount sh -c \"$4\" sh \"$1\" \"$u\" \"$g\" \"$2\" \"$3\"",
                "sh",
                disk.toString(),
                Claw.launcher().toString(),
                claw.folder().toString(),
                script)
            .run();
    assertThat(result)
        .succeeds()
        .prints("create 8\n", "rotate 8\n", "unchanged\n", "host: ", "intact\n", "rotated\n")
        .says("no space left on the disk")
        .showsNoBug();
  }

  @Test
  void aRecordThatCannotBeWrittenStopsTheAct() throws IOException {
    String agent = claw.create("reviewer");
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
    Path lock = claw.agent(agent).resolve("audit.lock");
    try (FileChannel held = FileChannel.open(lock, StandardOpenOption.WRITE)) {
      Assertions.assertThat(held.isOpen()).isTrue();
      mode(claw.agent(agent).resolve("audit.jsonl"), "r--------");
      mode(claw.agent(agent), "r-x------");
      assertThat(claw.run("exec", agent, "--", "touch", "/workspace/unrecorded"))
          .exits(8)
          .showsNoBug();
    } finally {
      mode(claw.agent(agent), "rwx------");
    }
    Assertions.assertThat(claw.agent(agent).resolve("workspace/unrecorded")).doesNotExist();
  }
}
