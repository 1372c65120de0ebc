package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.JsonException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictSeccompTest {
  private static List<JsonNode> rules(JsonNode filter, String name) {
    List<JsonNode> rules = new ArrayList<>();
    for (JsonNode rule : filter.get("syscalls")) {
      rule.get("names")
          .forEach(
              node -> {
                if (node.asText().equals(name)) {
                  rules.add(rule);
                }
              });
    }
    return rules;
  }

  @Test
  void refusesWhatItListsAndNothingAllowsIt() throws JsonException {
    JsonNode filter = StrictSeccomp.parse(StrictSeccomp.from(Fixture.SECCOMP));
    for (String name : StrictSeccomp.REFUSED) {
      assertThat(rules(filter, name))
          .as(name)
          .singleElement()
          .satisfies(
              rule -> {
                assertThat(rule.get("action").asText()).isEqualTo("SCMP_ACT_ERRNO");
                assertThat(rule.get("errnoRet").asInt()).isEqualTo(1);
              });
    }
    assertThat(rules(filter, "read")).hasSize(1);
    assertThat(filter.get("archMap").size()).isEqualTo(1);
  }

  @Test
  void cloneMakesThreadsButNoNamespaces() throws JsonException {
    JsonNode filter = StrictSeccomp.parse(StrictSeccomp.from(Fixture.SECCOMP));
    assertThat(rules(filter, "clone3"))
        .singleElement()
        .satisfies(rule -> assertThat(rule.get("errnoRet").asInt()).isEqualTo(38));
    List<JsonNode> allowing =
        rules(filter, "clone").stream()
            .filter(rule -> rule.get("action").asText().equals("SCMP_ACT_ALLOW"))
            .toList();
    assertThat(allowing)
        .hasSize(2)
        .allSatisfy(
            rule -> {
              JsonNode argument = rule.get("args").get(0);
              assertThat(argument.get("value").asLong()).isEqualTo(0x7e020000L);
              assertThat(argument.get("valueTwo").asLong()).isZero();
              assertThat(argument.get("op").asText()).isEqualTo("SCMP_CMP_MASKED_EQ");
            });
  }

  @Test
  void onlyNamedFamiliesOfSockets() throws JsonException {
    JsonNode filter = StrictSeccomp.parse(StrictSeccomp.from(Fixture.SECCOMP));
    assertThat(rules(filter, "socket"))
        .filteredOn(rule -> rule.get("action").asText().equals("SCMP_ACT_ALLOW"))
        .extracting(rule -> rule.get("args").get(0).get("value").asInt())
        .containsExactly(1, 2, 10, 16);
  }

  @Test
  void sameDefaultSameBytes() throws JsonException {
    assertThat(StrictSeccomp.from(Fixture.SECCOMP)).isEqualTo(StrictSeccomp.from(Fixture.SECCOMP));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{}", "{\"defaultAction\": 1, \"syscalls\": []}", "{\"syscalls\": {}}"})
  void whatIsNoFilterIsRefused(String text) {
    assertThatThrownBy(() -> StrictSeccomp.from(text)).isInstanceOf(JsonException.class);
  }

  /** With {@code -Dseccomp.default=FILE -Dseccomp.strict=FILE}: derives a filter to try out. */
  @Test
  void derivesFromTheDefaultOfThisHost() throws Exception {
    Path source =
        Path.of(System.getProperty("seccomp.default", "/usr/share/containers/seccomp.json"));
    String strict = StrictSeccomp.from(Files.readString(source));
    assertThat(rules(StrictSeccomp.parse(strict), "mount")).hasSize(1);
    String target = System.getProperty("seccomp.strict", "");
    if (!target.isEmpty()) {
      Files.writeString(Path.of(target), strict);
    }
  }
}
