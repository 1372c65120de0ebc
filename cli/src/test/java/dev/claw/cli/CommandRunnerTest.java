package dev.claw.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandRunnerTest {
  @TempDir Path home;

  @Test
  void helpNamesEveryCommand() {
    Run run = Run.of(home, "--help");
    assertThat(run.status()).isZero();
    assertThat(CommandTable.ENTRIES)
        .allSatisfy(entry -> assertThat(run.out()).contains("  " + entry.name() + " "));
    assertThat(run.err()).isEmpty();
  }

  @Test
  void nothingAskedForIsUsage() {
    Run run = Run.of(home);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("Usage: claw COMMAND");
  }

  @ParameterizedTest
  @CsvSource({"strat,start", "statsu,status", "tempaltes,templates"})
  void misspeltCommandGetsTheNearestOne(String typed, String meant) {
    Run run = Run.of(home, typed);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("claw: unknown command '" + typed + "'; did you mean '" + meant + "'?\n");
  }

  @Test
  void misspeltCommandOfAGroupIsNamedWithIt() {
    assertThat(Run.of(home, "approvals", "lsit").err())
        .isEqualTo("claw: unknown command 'approvals lsit'; did you mean 'approvals list'?\n");
    assertThat(Run.of(home, "approvals", "coder").err())
        .isEqualTo("claw: unknown command 'approvals coder'; see 'claw approvals --help'\n");
  }

  @Test
  void misspeltCommandCannotTouchTheTerminal() {
    assertThat(Run.of(home, "a\u001b[2Jb").err()).doesNotContain("\u001b");
  }

  @Test
  void everyCommandHasHelpThatItsOptionsMatch() {
    for (CommandTable.Entry entry : CommandTable.ENTRIES) {
      if (entry instanceof CommandTable.Group group) {
        for (CommandTable.Leaf leaf : group.leaves()) {
          assertThat(Run.of(home, group.name(), leaf.name(), "--help").out())
              .startsWith("Usage: claw " + group.name() + " " + leaf.name());
        }
      } else {
        assertThat(Run.of(home, entry.name(), "--help").out())
            .startsWith("Usage: claw " + entry.name());
      }
    }
  }

  @Test
  void rootIsRefusedButMayReadHelp() {
    Run refused = Run.as(0, home, Map.of(), "list");
    assertThat(refused.status()).isEqualTo(3);
    assertThat(refused.err()).startsWith("claw: refusing to run as root: ");
    assertThat(Run.as(0, home, Map.of(), "list", "--help").status()).isZero();
    assertThat(Run.as(0, home, Map.of(), "--version").status()).isZero();
  }

  @Test
  void withoutStateFolderTheNextStepIsNamed() {
    Run run = Run.of(home, "list");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("run 'claw init'");
  }

  @Test
  void initMakesEverythingPrivateAndIsRepeatable() throws IOException {
    Run first = Run.of(home, "init");
    assertThat(first.status()).as(first.err()).isZero();
    assertThat(first.out()).contains("host.key").contains("key     sha256:");
    try (var files = Files.walk(home.resolve("claw"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .as(file.toString())
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
    Run second = Run.of(home, "init");
    assertThat(second.out()).startsWith("kept    ");
    assertThat(second.out().lines().toList().getLast())
        .isEqualTo(first.out().lines().toList().getLast());
  }

  @Test
  void stateFolderThatOthersCanEnterIsRefused() throws IOException {
    Run.of(home, "init");
    Files.setPosixFilePermissions(
        home.resolve("claw"), PosixFilePermissions.fromString("rwxrwxrwx"));
    Run run = Run.of(home, "list");
    assertThat(run.status()).isEqualTo(8);
    assertThat(run.err()).contains("expected mode 0700, found rwxrwxrwx").contains("chmod 700");
  }

  @ParameterizedTest
  @CsvSource({
    "a/b",
    "..",
    "Agent",
    "-x",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  })
  void badAgentNameIsUsage(String name) {
    Run.of(home, "init");
    Run run = Run.of(home, "create", "coder", "--", name);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("a-z, 0-9");
    assertThat(home.resolve("claw/agents")).isEmptyDirectory();
  }

  @Test
  void withoutPodmanNothingIsMadeAndTheExitCodeSaysSo() {
    Run.of(home, "init");
    Run run = Run.of(home, "create", "coder", "one");
    assertThat(run.status()).isEqualTo(6);
    assertThat(run.err()).contains("nobody.sock");
    assertThat(home.resolve("claw/agents/one")).doesNotExist();
  }

  @Test
  void unknownTemplateGetsTheNearestOne() {
    Run.of(home, "init");
    Run run = Run.of(home, "create", "codr", "one");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.err()).contains("there is no template 'codr'; did you mean 'coder'?");
  }

  @Test
  void listingsHaveJsonOfAStableShape() {
    Run.of(home, "init");
    assertThat(Run.of(home, "list", "--json").out()).isEqualTo("[ ]\n");
    assertThat(Run.of(home, "trash", "list", "--json").out()).isEqualTo("[ ]\n");
    assertThat(Run.of(home, "key", "show", "--json").out()).contains("\"id\" : \"sha256:");
    assertThat(Run.of(home, "templates", "list", "--json").out()).contains("\"name\" : \"coder\"");
  }

  @Test
  void unknownOptionNamesTheCommandsHelp() {
    Run run = Run.of(home, "list", "--jsno");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("--jsno").contains("see 'claw list --help'");
  }

  @Test
  void aTemplateIsValidatedWithoutPodmanAndNothingIsSaidOfItsImage() {
    Run.of(home, "init");
    for (String template : List.of("base", "coder", "reviewer", "security", "devops")) {
      Run run = Run.of(home, "templates", "validate", template);
      assertThat(run.status()).as(template + run.err()).isZero();
      assertThat(run.out()).as(template).doesNotContain("is not on this host");
    }
  }

  @Test
  void anImportedPolicyIsPrintedAndWhatItLacksIsNamed() throws Exception {
    Path policy =
        Files.writeString(
            home.resolve("policy.yaml"),
            "version: 1\nlandlock: {}\nnetwork_policies: {r: {endpoints: [{host: a.example, port:"
                + " 443}], binaries: [{path: /usr/bin/curl}]}}\n");
    Run run = Run.of(home, "policy", "import", "openshell", policy.toString(), "--name", "mine");
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains("name: mine\n", "host: \"a.example\"");
    assertThat(run.err()).contains("policy.yaml:2:1: warning: landlock");
    Path template = Files.writeString(home.resolve("mine.yaml"), run.out());
    assertThat(Run.of(home, "templates", "validate", template.toString()).status()).isZero();
  }

  @Test
  void whatCantBeImportedPrintsNothing() throws Exception {
    Path policy = Files.writeString(home.resolve("policy.yaml"), "a: &a [*a]\n");
    Run run = Run.of(home, "policy", "import", "openshell", policy.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("policy.yaml:1:", "was not imported");
    assertThat(Run.of(home, "policy", "import", "opa", policy.toString()).status()).isEqualTo(2);
    assertThat(Run.of(home, "policy", "import", "openshell", "none.yaml").status()).isEqualTo(4);
    assertThat(
            Run.of(home, "policy", "import", "openshell", policy.toString(), "--name", "../x")
                .status())
        .isEqualTo(2);
  }

  @Test
  void aDifferenceWithoutAnAgentIsNoDifference() {
    // 1 would say that something differs.
    assertThat(Run.of(home, "policy", "diff", "nobody").status()).isEqualTo(4);
  }
}
