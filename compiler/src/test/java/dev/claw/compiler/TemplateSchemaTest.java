package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.lock.StrictJson;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Editors and the compiler must know the same template. */
class TemplateSchemaTest {
  private static JsonNode schema = com.fasterxml.jackson.databind.node.NullNode.instance;

  @BeforeAll
  static void read() throws Exception {
    try (InputStream in =
        TemplateSchemaTest.class.getResourceAsStream("/dev/claw/templates/template.schema.json")) {
      assertThat(in).isNotNull();
      schema = StrictJson.parse(in.readAllBytes(), 1 << 20);
    }
  }

  @Test
  void hasTheKeysOfTheCompilerAndNoOthers() {
    Map<String, Set<String>> inSchema = new TreeMap<>();
    collect("", schema, inSchema);
    Map<String, Set<String>> inCompiler = new TreeMap<>();
    TemplateKeys.SECTIONS.forEach((path, keys) -> inCompiler.put(path, new TreeSet<>(keys)));
    assertThat(inSchema).isEqualTo(inCompiler);
  }

  private static void collect(String path, JsonNode node, Map<String, Set<String>> into) {
    if (node.path("properties").isObject()) {
      assertThat(node.path("additionalProperties").asText("absent")).as(path).isEqualTo("false");
      TreeSet<String> keys = new TreeSet<>();
      node.get("properties").fieldNames().forEachRemaining(keys::add);
      into.put(path, keys);
      node.get("properties")
          .properties()
          .forEach(
              entry ->
                  collect(
                      path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                      entry.getValue(),
                      into));
    } else if (node.path("additionalProperties").path("properties").isObject()) {
      collect(path + ".*", node.get("additionalProperties"), into);
    }
    if (node.has("items")) {
      collect(path + "[]", node.get("items"), into);
    }
    node.path("anyOf").forEach(option -> collect(path, option, into));
  }

  @Test
  void everyKeyIsDescribed() {
    List<String> silent = new ArrayList<>();
    findSilent("", schema, silent);
    assertThat(silent).isEmpty();
  }

  private static void findSilent(String path, JsonNode node, List<String> silent) {
    if (node.path("properties").isObject()) {
      node.get("properties")
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().path("description").asText().isEmpty()) {
                  silent.add(path + "." + entry.getKey());
                }
                findSilent(path + "." + entry.getKey(), entry.getValue(), silent);
              });
    }
    if (node.has("items")) {
      findSilent(path + "[]", node.get("items"), silent);
    }
  }

  @Test
  void offersTheNamesOfOpenClawThatTheCompilerKnows() {
    OpenClawNames names = OpenClawNames.load();
    JsonNode agent = schema.at("/properties/agent/properties");
    assertThat(texts(agent.at("/tools/properties/profile/enum")))
        .containsExactlyElementsOf(names.profiles());
    assertThat(texts(agent.at("/skills/items/enum"))).containsExactlyElementsOf(names.skills());
    assertThat(texts(agent.at("/plugins/items/enum"))).containsExactlyElementsOf(names.plugins());
    assertThat(texts(agent.at("/channels/propertyNames/enum")))
        .containsExactlyElementsOf(names.channels());
    assertThat(
            texts(
                schema.at(
                    "/properties/models/properties/providers/additionalProperties/properties/api/enum")))
        .containsExactlyElementsOf(names.modelApis());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.textValue()));
    return texts;
  }

  @ParameterizedTest
  @CsvSource({
    "agent/properties/tools/properties/profile, coding",
    "agent/properties/exec, ask",
    "container/properties/image, localhost/claw-openclaw-agent",
    "container/properties/resources/properties/memory, 2GiB",
    "container/properties/resources/properties/cpus, 2",
    "container/properties/resources/properties/pids, 512",
    "container/properties/resources/properties/nofile, 4096",
    "container/properties/resources/properties/tmp, 256MiB",
    "container/properties/mounts/items/properties/mode, ro",
    "container/properties/seccomp, strict",
    "container/properties/stopGracePeriod, 60s",
    "network/properties/profile, offline",
    "network/properties/allow/items/properties/ports/0, 443",
    "network/properties/allow/items/properties/inspect, false",
    "network/properties/allow/items/properties/audit, false",
    "audit/properties/content, false",
    "models/properties/providers/additionalProperties/properties/models/items/properties/contextWindow, 131072",
    "models/properties/providers/additionalProperties/properties/models/items/properties/maxTokens, 8192",
  })
  void saysTheDefaults(String path, String value) {
    String pointer =
        path.endsWith("/0")
            ? "/properties/" + path.replace("/0", "/default/0")
            : "/properties/" + path + "/default";
    assertThat(schema.at(pointer).asText()).isEqualTo(value);
  }
}
