package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PositionedYamlTest {
  private static Mapping parsed(String text) {
    Problems problems = new Problems();
    Mapping map = PositionedYaml.parse("c.yaml", text, problems).orElseThrow();
    assertThat(problems.sorted()).isEmpty();
    return map;
  }

  private static Scalar scalar(String text) {
    return (Scalar) parsed(text).find("a").orElseThrow().value();
  }

  @Test
  void everythingKnowsItsPlace() {
    Mapping map = parsed("# note\na: x\nb:\n  - y\n  - {c: z}\n");
    assertThat(map.find("a").orElseThrow().at()).isEqualTo(new Position("c.yaml", 2, 1));
    assertThat(map.find("a").orElseThrow().value().at()).isEqualTo(new Position("c.yaml", 2, 4));
    YamlNode.Sequence list = (YamlNode.Sequence) map.find("b").orElseThrow().value();
    assertThat(list.items().get(0).at()).isEqualTo(new Position("c.yaml", 4, 5));
    assertThat(((Mapping) list.items().get(1)).entries().getFirst().at())
        .isEqualTo(new Position("c.yaml", 5, 6));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: x|x|true",
        "a: 'x'|x|false",
        "a: \"true\"|true|false",
        "a: true|true|true",
        "a: 0777|0777|true",
        "a: 1_000|1_000|true",
        "a: 1.10|1.10|true",
        "a: '0777'|0777|false",
        "{b: '\ud83d\ude00', a: \"yes\"}|yes|false",
        "{b: '\ud83d\ude00', a: yes}|yes|true",
      })
  void quotesDecideWhetherItIsText(String text, String value, boolean plain) {
    assertThat(scalar(text).text()).isEqualTo(value);
    assertThat(scalar(text).plain()).isEqualTo(plain);
  }

  @Test
  void blocksAreText() {
    assertThat(scalar("a: |\n  1\n  \tMakefile\n").text()).isEqualTo("1\n\tMakefile\n");
    assertThat(scalar("a: |\n  1\n").plain()).isFalse();
    assertThat(scalar("a: >\n  1\n").plain()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"a:", "a: ~", "a: null", "a: NULL"})
  void nothingIsNothing(String text) {
    assertThat(scalar(text).isNull()).isTrue();
  }

  @Test
  void emptyTextIsNotNothing() {
    assertThat(scalar("a: ''").isNull()).isFalse();
    assertThat(scalar("a: 'null'").isNull()).isFalse();
  }

  @Test
  void aDocumentMayStartWithItsMarkerAndHaveWindowsLineEnds() {
    assertThat(parsed("# c\n--- # d\r\na: x\r\n").find("a").orElseThrow().at())
        .isEqualTo(new Position("c.yaml", 3, 1));
  }

  @Test
  void describesWhatItIs() {
    assertThat(parsed("a: []").find("a").orElseThrow().value().described()).isEqualTo("a list");
    assertThat(parsed("a: {}").find("a").orElseThrow().value().described()).isEqualTo("a map");
    assertThat(scalar("a:").described()).isEqualTo("nothing");
    assertThat(scalar("a: x").described()).isEqualTo("'x'");
  }
}
