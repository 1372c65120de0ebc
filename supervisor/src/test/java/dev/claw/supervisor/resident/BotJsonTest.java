package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.lock.JsonException;
import dev.claw.supervisor.BotStatus;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BotJsonTest {
  private static final Instant THEN = Instant.parse("2026-11-21T10:00:00Z");

  private static Answer.Is answer(Optional<BotStatus> bot) {
    return new Answer.Is(new SupervisorStatus(4711, "0.1.0", THEN, List.of(), bot));
  }

  @ParameterizedTest
  @EnumSource
  void comesOverAsItIs(BotStatus.State state) throws Exception {
    Answer.Is full =
        answer(Optional.of(new BotStatus(state, Optional.of("a_bot"), Optional.of(THEN), "why")));
    assertThat(ControlMessage.readAnswer(ControlMessage.write(full))).isEqualTo(full);
    Answer.Is bare =
        answer(Optional.of(new BotStatus(state, Optional.empty(), Optional.empty(), "")));
    assertThat(ControlMessage.readAnswer(ControlMessage.write(bare))).isEqualTo(bare);
  }

  @Test
  void thereMayBeNone() throws Exception {
    assertThat(ControlMessage.readAnswer(ControlMessage.write(answer(Optional.empty()))))
        .isEqualTo(answer(Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"state\":\"asleep\",\"sentence\":\"\"}",
        "{\"state\":\"polling\"}",
        "{\"state\":\"polling\",\"sentence\":\"\",\"since\":\"yesterday\"}",
        "{\"state\":\"polling\",\"sentence\":\"\",\"more\":1}"
      })
  void anythingElseIsRefused(String bot) {
    String line =
        "{\"status\":{\"pid\":1,\"version\":\"1\",\"since\":\"%s\",\"agents\":[],\"bot\":%s}}"
            .formatted(THEN, bot);
    assertThatThrownBy(() -> ControlMessage.readAnswer(line.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(JsonException.class);
  }
}
