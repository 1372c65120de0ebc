package dev.claw.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildMessageTest {

  private static final String ID =
      "592af51c7b8b353acf14babad2ca616904041356b251760b219bcb1ee70d6112";

  @Test
  void readsWhatTheScriptSays() {
    assertThat(BuildMessage.parse("@step 3/7 Node 24.21.0"))
        .contains(new BuildMessage.Step(3, 7, "Node 24.21.0"));
    assertThat(BuildMessage.parse("@error podman is not installed"))
        .contains(new BuildMessage.Problem("podman is not installed"));
    assertThat(BuildMessage.parse("@image " + ID + " sha256:" + ID))
        .contains(new BuildMessage.Image(ID, "sha256:" + ID));
    assertThat(BuildMessage.parse("@reused true")).contains(new BuildMessage.Reused(true));
    assertThat(BuildMessage.parse("@reused false")).contains(new BuildMessage.Reused(false));
  }

  @Test
  void takesTerminalEscapesOut() {
    assertThat(BuildMessage.parse("@error \u001b[31mno\u001b[0m\u0007 \u202espace"))
        .contains(new BuildMessage.Problem("no space"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "@step",
        "@step 0/7 x",
        "@step 1/7",
        "@step 1/7 ",
        "@step 100/7 x",
        "@image 592af51c sha256:592af51c",
        "@image 592AF51C7B8B353ACF14BABAD2CA616904041356B251760B219BCB1EE70D6112 sha256:",
        "@reused maybe",
        "@error",
        " @error late",
        "npm warn something"
      })
  void doesNotGuess(String line) {
    assertThat(BuildMessage.parse(line)).isEmpty();
  }
}
