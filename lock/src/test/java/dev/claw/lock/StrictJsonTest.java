package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1,\"a\":2}|1:11|Duplicate",
        "{\"a\":{\"b\":1,\"b\":2}}|1:16|Duplicate",
        "{} x|1:4|",
        "{}{}|1:3|more after",
        "[1,]|1:4|",
        "[NaN]|1:|",
        "[Infinity]|1:|",
        "[-0]|1:2|-0",
        "[01]|1:|",
        "[.5]|1:|",
        "[1.]|1:|",
        "{'a':1}|1:2|",
        "{a:1}|1:2|",
        "[/*x*/1]|1:2|",
        "[\"\\x\"]|1:|",
        "[\"\\ud800\"]|1:2|lone surrogate",
        "[\"\\udc00\\ud800\"]|1:2|lone surrogate",
        "{\"\\ud800\":1}|1:|surrogate",
        "[\"a|1:|",
        "tru|1:|",
        "``|1:1|found nothing",
      })
  void refusesWhatReadersUnderstandDifferently(String text, String place, String why) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith(place)
        .hasMessageContaining(why == null ? "" : why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c080", "ff", "c3", "eda080", "f4908080", "e2288a"})
  void refusesMalformedUtf8(String hex) {
    byte[] bad = HexFormat.of().parseHex("5b0a2022" + hex + "225d");
    assertThatThrownBy(() -> StrictJson.parse(bad, 100))
        .isInstanceOf(JsonException.class)
        .hasMessage("2:3: expected UTF-8, found a malformed byte");
  }

  @Test
  void refusesUtf8ThatIsCutOff() {
    assertThatThrownBy(() -> StrictJson.parse(new byte[] {'"', (byte) 0xc3}, 100))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void refusesByteOrderMark() {
    assertThatThrownBy(() -> parse("\ufeff{}")).isInstanceOf(JsonException.class);
  }

  @Test
  void namesLineAndColumn() {
    assertThatThrownBy(() -> parse("{\n  \"a\": 1,\n  \"a\": 2\n}")).hasMessageStartingWith("3:");
  }

  @Test
  void depthHasABound() throws JsonException {
    assertThat(parse("[".repeat(64) + "]".repeat(64)).isArray()).isTrue();
    assertThatThrownBy(() -> parse("[".repeat(65) + "]".repeat(65)))
        .isInstanceOf(JsonException.class)
        .hasMessageContaining("64");
    assertThatThrownBy(() -> parse("{\"a\":".repeat(50_000))).isInstanceOf(JsonException.class);
  }

  @Test
  void sizeHasABound() throws JsonException {
    assertThat(StrictJson.parse(ascii("[1]"), 3).size()).isEqualTo(1);
    assertThatThrownBy(() -> StrictJson.parse(ascii("[1] "), 3))
        .hasMessageContaining("at most 3 bytes");
  }

  @Test
  void longNumbersAreRefusedBeforeTheyCostTime() {
    assertThatThrownBy(() -> parse("9".repeat(1_000_000))).isInstanceOf(JsonException.class);
  }

  @Test
  void errorsCannotTouchTheTerminal() {
    assertThatThrownBy(() -> parse("[\u001b[2J]"))
        .isInstanceOf(JsonException.class)
        .message()
        .doesNotContain("\u001b");
  }

  @Test
  void readsWhatJsonAllows() throws JsonException {
    assertThat(parse(" {\"a\":[true,false,null,1.5,-3,\"\\u00e9\\ud83d\\ude00\"]} ").get("a"))
        .hasSize(6);
  }

  private static JsonNode parse(String text) throws JsonException {
    return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), 1 << 20);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
