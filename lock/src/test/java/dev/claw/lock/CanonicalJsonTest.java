package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.erdtman.jcs.JsonCanonicalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** RFC 8785, section 3.2.3: the sorting of keys, of which some differ from code point order. */
  @Test
  void sortsKeysByUtf16CodeUnits() throws JsonException {
    String input =
        """
        {
          "\\u20ac": "Euro Sign",
          "\\r": "Carriage Return",
          "\\ufb33": "Hebrew Letter Dalet With Dagesh",
          "1": "One",
          "\\ud83d\\ude00": "Emoji: Grinning Face",
          "\\u0080": "Control",
          "\\u00f6": "Latin Small Letter O With Diaeresis"
        }
        """;
    assertThat(canonical(input))
        .isEqualTo(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                + "\"\u00f6\":\"Latin Small Letter O With Diaeresis\",\"\u20ac\":\"Euro Sign\","
                + "\"\ud83d\ude00\":\"Emoji: Grinning Face\","
                + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
  }

  /** RFC 8785, section 3.2.2: the example's literals and string. */
  @Test
  void writesStringsAsTheRfcDoes() throws JsonException {
    assertThat(
            canonical(
                "{\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\","
                    + " \"literals\": [true, false]}"))
        .isEqualTo(
            "{\"literals\":[true,false],\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "9007199254740992,9007199254740992",
    "-9007199254740992,-9007199254740992",
    "0,0",
    "-1,-1"
  })
  void writesWholeNumbers(String in, String out) throws JsonException {
    assertThat(canonical(in)).isEqualTo(out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9007199254740993",
        "-9007199254740993",
        "9223372036854775808",
        "1.0",
        "1e3",
        "0.1",
        "null"
      })
  void refusesWhatProgramsWriteDifferently(String value) {
    assertThatThrownBy(() -> canonical("{\"a\":[0," + value + "]}"))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith("a[1]: expected a string, a whole number within");
  }

  @Test
  void refusesLoneSurrogates() {
    ObjectNode value = NODES.objectNode().put("k", "a\ud800b");
    assertThatThrownBy(() -> CanonicalJson.bytes(value)).hasMessageContaining("lone surrogate");
    ObjectNode key = NODES.objectNode().put("\udfff", "");
    assertThatThrownBy(() -> CanonicalJson.bytes(key)).hasMessageContaining("lone surrogate");
  }

  @Test
  void indentedTextIsReadBackAsTheSameTree() throws JsonException {
    JsonNode tree = parse("{\"b\":[],\"a\":{\"x\":[1,{\"y\":\"\\u2028\\u007f\"}]},\"c\":{}}");
    String text = IndentedJson.text(tree);
    assertThat(text).endsWith("\n}\n".substring(1)).startsWith("{\n  \"b\": [],\n  \"a\": {\n");
    assertThat(parse(text)).isEqualTo(tree);
  }

  @Property(tries = 500)
  void isWhatAnotherImplementationWrites(@ForAll("trees") JsonNode tree)
      throws JsonException, IOException {
    String indented = IndentedJson.text(tree);
    assertThat(CanonicalJson.text(tree))
        .isEqualTo(new JsonCanonicalizer(indented).getEncodedString());
    assertThat(parse(CanonicalJson.text(tree))).isEqualTo(parse(indented));
  }

  @Provide
  Arbitrary<JsonNode> trees() {
    return Arbitraries.lazy(() -> Trees.containers(3));
  }

  private static String canonical(String text) throws JsonException {
    return CanonicalJson.text(parse(text));
  }

  private static JsonNode parse(String text) throws JsonException {
    return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), 1 << 20);
  }

  /** Trees within the domain, with the characters that implementations get wrong. */
  static final class Trees {
    private Trees() {}

    static Arbitrary<JsonNode> containers(int depth) {
      Arbitrary<JsonNode> inner = depth == 0 ? leaves() : nodes(depth - 1);
      return Arbitraries.oneOf(
          inner
              .list()
              .ofMaxSize(4)
              .map(
                  list -> {
                    ArrayNode array = NODES.arrayNode();
                    list.forEach(array::add);
                    return (JsonNode) array;
                  }),
          Arbitraries.maps(texts(), inner)
              .ofMaxSize(5)
              .map(
                  map -> {
                    ObjectNode object = NODES.objectNode();
                    map.forEach(object::set);
                    return (JsonNode) object;
                  }));
    }

    static Arbitrary<String> texts() {
      return Arbitraries.of(
              "a",
              "b",
              "\"",
              "\\",
              "/",
              "\u0000",
              "\u001f",
              "\u007f",
              "\u0080",
              "\u2028",
              "é",
              "\ud83d\ude00",
              "\ufb33",
              "\uffff",
              "\n",
              "\t",
              "\b",
              "\f",
              "\r",
              "u007f")
          .list()
          .ofMaxSize(6)
          .map(parts -> String.join("", parts));
    }

    private static Arbitrary<JsonNode> nodes(int depth) {
      return Arbitraries.oneOf(leaves(), containers(depth));
    }

    private static Arbitrary<JsonNode> leaves() {
      return Arbitraries.oneOf(
          texts().map(NODES::textNode),
          Arbitraries.longs()
              .between(-CanonicalJson.LARGEST, CanonicalJson.LARGEST)
              .map(NODES::numberNode),
          Arbitraries.of(true, false).map(NODES::booleanNode));
    }
  }
}
