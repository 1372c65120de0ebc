package dev.claw.cli;

import static dev.claw.cli.PairingScene.ANN;
import static dev.claw.cli.PairingScene.EVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.cli.PairingScene.Running;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The handshake as the operator sees it. */
class PairingCommandsTest {
  private static final String[] PAIR = {
    "access", "pair", "telegram", "coder", "--role", "operator", "--expires", "3600"
  };

  private PairingScene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new PairingScene();
  }

  @AfterEach
  void end() throws Exception {
    scene.stop();
  }

  private static String[] pair(String... more) {
    return Stream.concat(Stream.of(PAIR), Stream.of(more)).toArray(String[]::new);
  }

  private String list() {
    return scene.run("", "access", "list", "telegram", "coder").out();
  }

  @Test
  void asksOnTheTerminalAndLetsInAfterAYes() throws Exception {
    scene.serve();
    Running pair = scene.onTerminal(PAIR);
    String token = pair.token();
    assertThat(pair.out()).contains("▀", "\u001b[38;5;16;48;5;231m");
    scene.gate.request(ANN, token);
    pair.awaitErr("Ann [x] (@ann, id 4711) wants to be operator of coder. Allow? [y/N] ");
    pair.type("y\n");
    assertThat(pair.status()).as(pair.err()).isZero();
    assertThat(pair.err()).endsWith("Ann [x] (@ann, id 4711) is operator of coder\n");
    assertThat(list()).contains("4711", "@ann", "operator");
    assertThat(scene.run("", "access", "list", "telegram", "--json").out())
        .contains("\"user\" : 4711", "\"role\" : \"operator\"", "\"problems\" : [ ]");
    assertThat(scene.audit()).contains("access.invite", "access.request", "access.confirm");

    Run role = scene.run("", "access", "role", "telegram", "coder", "4711", "viewer");
    assertThat(role.status()).as(role.err()).isZero();
    assertThat(list()).contains("viewer").doesNotContain("operator");
    assertThat(scene.run("", "access", "revoke", "telegram", "coder", "4711").status()).isZero();
    assertThat(list()).doesNotContain("4711");
    assertThat(scene.run("", "access", "revoke", "telegram", "coder", "4711").status())
        .isEqualTo(4);
    assertThat(scene.run("", "access", "role", "telegram", "coder", "4711", "admin").status())
        .isEqualTo(4);
    assertNowhere(token);
  }

  private void assertNowhere(String token) throws Exception {
    scene.stop(); // nobody else has files come and go
    try (Stream<Path> files = Files.walk(scene.home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(token);
      }
    }
  }

  @Test
  void anythingButAYesIsANo() throws Exception {
    scene.serve();
    for (String answer : List.of("\n", "n\n", "yep\n", "Y E S\n")) {
      Running pair = scene.onTerminal(PAIR);
      scene.gate.request(ANN, pair.token());
      pair.awaitErr("[y/N] ");
      pair.type(answer);
      assertThat(pair.status()).isEqualTo(130);
      assertThat(pair.err()).contains("not confirmed; nobody was let in");
    }
    assertThat(list()).doesNotContain("4711");
  }

  @Test
  void whatWasTypedBeforeTheQuestionIsNoAnswer() throws Exception {
    scene.serve();
    Running pair = scene.onTerminal(PAIR);
    String token = pair.token();
    pair.type("y\ny\n");
    scene.gate.request(ANN, token);
    pair.awaitErr("[y/N] ");
    pair.type("n\n");
    assertThat(pair.status()).isEqualTo(130);
    assertThat(list()).doesNotContain("4711");
  }

  @Test
  void aSecondPersonWhileTheQuestionStandsEndsIt() throws Exception {
    scene.serve();
    Running pair = scene.onTerminal(PAIR);
    String token = pair.token();
    scene.gate.request(ANN, token);
    pair.awaitErr("[y/N] ");
    scene.gate.request(EVE, token);
    assertThat(pair.status()).isEqualTo(3);
    assertThat(pair.err()).contains("two people have shown the token");
    assertThat(list()).doesNotContain("4711").doesNotContain("666");
  }

  @Test
  void anotherTerminalConfirmsWithoutTheTokenOnItsCommandLine() throws Exception {
    scene.serve();
    Running pair = scene.inScript(PAIR);
    String token = pair.token();
    assertThat(pair.out()).isEqualTo("https://t.me/my_bot?start=" + token + "\n");
    String[] confirm = {
      "access", "confirm", "telegram", "coder", "-", "--telegram-user-id", "4711"
    };
    assertThat(scene.run(token + "\n", confirm).status()).as("nobody asked yet").isEqualTo(7);
    scene.gate.request(ANN, token);
    pair.awaitErr(
        "wants to be operator of coder; to let them in: claw access confirm telegram coder -"
            + " --telegram-user-id 4711");
    Run wrong =
        scene.run("", "access", "confirm", "telegram", "coder", token, "--telegram-user-id=666");
    assertThat(wrong.status()).isEqualTo(3);
    assertThat(wrong.err()).contains("found another one").doesNotContain(token);
    Run right = scene.run(token + "\n", confirm);
    assertThat(right.status()).as(right.err()).isZero();
    assertThat(pair.status()).as(pair.err()).isZero();
    assertThat(list()).contains("4711");
    assertNowhere(token);
  }

  @Test
  void ctrlCMakesTheLinkVoid() throws Exception {
    scene.serve();
    for (boolean shown : new boolean[] {false, true}) {
      Running pair = scene.onTerminal(PAIR);
      String token = pair.token();
      if (shown) {
        scene.gate.request(ANN, token);
        pair.awaitErr("[y/N] ");
      } else {
        pair.awaitErr("waiting for somebody");
      }
      pair.interrupt();
      assertThat(pair.status()).as(pair.err()).isEqualTo(130);
      assertThat(scene.gate.request(EVE, token).toString()).contains("VOID");
    }
    assertThat(scene.audit()).contains("broken off");
  }

  @Test
  void aLinkThatNobodyOpensEnds() throws Exception {
    scene.serve();
    Running pair =
        scene.inScript("access", "pair", "telegram", "coder", "--role=viewer", "--expires=1");
    pair.token();
    assertThat(pair.status()).isEqualTo(1);
    assertThat(pair.err()).contains("time is over");
  }

  @Test
  void withoutASupervisorTheLinkIsVoidAtOnce() throws Exception {
    Running pair = scene.inScript(PAIR);
    assertThat(pair.status()).isEqualTo(1);
    assertThat(pair.err()).contains("claw supervisor run");
    assertThat(scene.gate.request(ANN, pair.token()).toString()).contains("VOID");
  }

  @Test
  void theSupervisorMayEndWhileItWaits() throws Exception {
    scene.serve();
    Running pair = scene.inScript(PAIR);
    String token = pair.token();
    scene.gate.request(ANN, token);
    pair.awaitErr("wants to be");
    scene.stop();
    // Here nothing can start it again, so the command ends; the link is void for whoever asked.
    assertThat(pair.status()).isEqualTo(1);
    assertThat(scene.gate.request(ANN, token).toString()).contains("VOID");
    assertThat(list()).doesNotContain("4711");
  }

  @Test
  void drawsACodeOnlyWhereItFitsAndIsWanted() throws Exception {
    scene.serve();
    Running narrow = scene.onTerminal(Map.of("COLUMNS", "40"), PAIR);
    narrow.token();
    assertThat(narrow.out()).startsWith("https://").doesNotContain("▀");
    assertThat(narrow.err()).contains("needs 41 columns, and the terminal has 40");
    narrow.interrupt();
    Running unwanted = scene.onTerminal(pair("--no-qr"));
    unwanted.token();
    assertThat(unwanted.out()).startsWith("https://").doesNotContain("▀");
    unwanted.interrupt();
    for (Map<String, String> plain : List.of(Map.of("NO_COLOR", "1"), Map.of("TERM", "dumb"))) {
      Running running = scene.onTerminal(plain, PAIR);
      running.token();
      assertThat(running.out()).contains("█").doesNotContain("\u001b");
      running.interrupt();
      running.status();
    }
    assertThat(List.of(narrow.status(), unwanted.status())).containsOnly(130);
  }

  @Test
  void writesAPictureOverNothing() throws Exception {
    scene.serve();
    Path picture = scene.home.resolve("code.png");
    Running pair = scene.inScript(pair("--png", "code.png"));
    pair.token();
    assertThat(Files.readAllBytes(picture)).startsWith(0x89, 'P', 'N', 'G');
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(picture)))
        .isEqualTo("rw-------");
    pair.interrupt();
    assertThat(pair.status()).isEqualTo(130);
    Files.writeString(picture, "mine");
    String before = scene.audit();
    Running again = scene.inScript(pair("--png", "code.png"));
    assertThat(again.status()).isEqualTo(7);
    assertThat(again.err()).contains("is there already");
    assertThat(picture).hasContent("mine");
    assertThat(scene.audit()).as("nothing was given out").isEqualTo(before);
    Running missing = scene.inScript(pair("--png", "no/code.png"));
    assertThat(missing.status()).isEqualTo(1);
    assertThat(missing.out()).isEmpty();
    Running forced = scene.inScript(pair("--png", "code.png", "--force"));
    forced.token();
    assertThat(Files.size(picture)).isGreaterThan(100);
    forced.interrupt();
    assertThat(forced.status()).isEqualTo(130);
  }
}
