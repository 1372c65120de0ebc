package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** claw broken off and killed: what it leaves the next command repairs or explains. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrashIT {
  @AutoClose private final Claw claw = Claw.fresh().tolerant();
  private final String agent = claw.create("reviewer");

  private RunningCommand start(String... arguments) {
    return claw.command(arguments).signalled().start();
  }

  private static boolean containerRuns(String name) {
    return Command.of("podman", "inspect", "--format", "{{.State.Running}}", Claw.container(name))
        .run()
        .out()
        .strip()
        .equals("true");
  }

  private BooleanSupplier growsOver(Path file, long size) {
    return () -> size(file) > size;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSignalDuringStartStopsTheAgentAgain(Signal signal) {
    assertThat(claw.run("stop", "--now", agent)).succeeds();
    try (RunningCommand starting = start("start", agent)) {
      starting.await("the container runs", () -> containerRuns(agent));
      starting.signal(signal.name());
      CommandResult result = starting.result();
      assertThat(result).exits(130).printsNothing().showsNoBug();
    }
    Assertions.assertThat(containerRuns(agent)).isFalse();
    assertThat(claw.run("audit", "show", agent, "--type", "agent.start", "--tail", "1", "--json"))
        .succeeds()
        .prints("\"phase\":\"outcome\"", "\"reason\":\"interrupted\"");
    assertThat(claw.run("audit", "verify", agent)).succeeds();
    assertThat(claw.run("start", "--no-wait", agent)).succeeds();
  }

  /** Whenever it comes: what was broken off must not look like files that are damaged. */
  @Test
  void aSignalEndsALookWithoutATale() {
    for (int millis = 50; millis < 600; millis += 25) {
      long instant = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      try (RunningCommand looking = start("status", agent)) {
        if (looking.comesTrue(() -> System.nanoTime() > instant)) {
          looking.signal("INT");
        }
        CommandResult result = looking.result();
        Assertions.assertThat(result.exitCode()).as(result.toString()).isIn(0, 130);
        Assertions.assertThat(result.err()).doesNotContain("can't", "backup", "malformed");
      }
    }
  }

  enum Signal {
    INT,
    TERM
  }

  @Test
  void aSignalDuringAnImageBuildLeavesNoImageAndNoFolder() throws IOException {
    String image = "localhost/e2e-interrupted-" + Claw.hex();
    Path temporary = Files.createDirectory(claw.folder().resolve("tmp"));
    try (RunningCommand building =
        claw.command("image", "build", "--tag", image, "--no-cache")
            .with("TMPDIR", temporary.toString())
            .signalled()
            .start()) {
      building.await("the third step", () -> building.err().contains("[3/"));
      building.signal("INT");
      assertThat(building.result()).exits(130).says("broken off").printsNothing().showsNoBug();
    }
    Assertions.assertThat(Command.of("podman", "image", "exists", image).run().exitCode())
        .isEqualTo(1);
    Assertions.assertThat(temporary).isEmptyDirectory();
    try (Stream<Path> all = Files.list(claw.home())) {
      Assertions.assertThat(all.map(path -> path.getFileName().toString()))
          .isSubsetOf(
              "agents",
              "cache",
              "claw.db",
              "claw.db.lock",
              "claw.db-shm",
              "claw.db-wal",
              "config.yaml",
              "keys",
              "logs",
              "secrets",
              "supervisor.lock",
              "templates",
              "trash");
    }
    assertThat(claw.run("audit", "show", "--type", "image.build", "--tail", "1", "--json"))
        .prints("\"phase\":\"outcome\"", "\"reason\":\"interrupted\"");
    assertThat(claw.run("audit", "verify")).succeeds();
  }

  enum Moment {
    INTENT_RECORDED,
    CONTAINER_THERE,
    CONTAINER_RUNS
  }

  @ParameterizedTest
  @EnumSource
  void aKillDuringStart(Moment moment) {
    String killed = claw.create("reviewer");
    Path log = claw.agent(killed).resolve("audit.jsonl");
    try (RunningCommand starting = start("start", killed)) {
      BooleanSupplier reached =
          switch (moment) {
            case INTENT_RECORDED -> growsOver(log, 0);
            case CONTAINER_THERE ->
                () ->
                    Command.of("podman", "container", "exists", Claw.container(killed))
                            .run()
                            .exitCode()
                        == 0;
            case CONTAINER_RUNS -> () -> containerRuns(killed);
          };
      starting.await(moment.name(), reached);
      starting.signal("KILL");
      Assertions.assertThat(starting.result().exitCode()).isIn(137, 0);
    }
    assertThat(claw.run("status", killed)).succeeds().prints("verified");
    assertThat(claw.run("audit", "verify", killed)).succeeds();
    assertThat(claw.run("start", "--no-wait", killed)).succeeds();
    assertThat(claw.run("exec", killed, "--", "pwd")).succeeds();
    assertThat(claw.run("audit", "verify", killed)).succeeds();
    assertThat(claw.run("delete", "--force", killed)).succeeds();
  }

  enum Write {
    LEASE,
    STAGED_FOLDER,
    STAGED_LOCK,
    INTENT_RECORDED
  }

  @ParameterizedTest
  @EnumSource
  void aKillDuringCreate(Write write) {
    String killed = claw.name();
    Path agents = claw.home().resolve("agents");
    Path staged = agents.resolve("." + killed + ".new");
    long before = size(claw.home().resolve("logs/audit.jsonl"));
    try (RunningCommand creating = start("create", "reviewer", killed)) {
      BooleanSupplier reached =
          switch (write) {
            case LEASE -> () -> Files.exists(agents.resolve("." + killed + ".lease"));
            case STAGED_FOLDER -> () -> Files.exists(staged);
            case STAGED_LOCK -> () -> Files.exists(staged.resolve("policy.lock.json"));
            case INTENT_RECORDED -> growsOver(claw.home().resolve("logs/audit.jsonl"), before);
          };
      // What is there for a moment alone may be missed, and then nothing is killed.
      if (creating.comesTrue(reached)) {
        creating.signal("KILL");
      }
      Assertions.assertThat(creating.result().exitCode()).isIn(137, 0);
    }
    assertThat(claw.run("list")).succeeds();
    assertThat(claw.run("audit", "verify")).succeeds();
    if (Files.exists(claw.agent(killed))) {
      assertThat(claw.run("create", "reviewer", killed)).exits(7);
    } else {
      assertThat(claw.run("create", "reviewer", killed)).succeeds().printsOnly(killed);
    }
    claw.remember(killed);
    assertThat(claw.run("status", killed)).succeeds().prints("verified");
    Assertions.assertThat(staged).doesNotExist();
    assertThat(claw.run("audit", "verify")).succeeds();
  }
}
