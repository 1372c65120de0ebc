package dev.claw.lock;

import static dev.claw.lock.CanonicalJson.LARGEST;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.NetworkProfile;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an agent can go, as JSON. A budget without bound and a program of any digest are absent.
 */
final class ReachJson {
  private static final String[] RULE = {
    "host", "ports", "methods", "paths", "inspect", "audit", "programs"
  };

  private ReachJson() {}

  static ObjectNode write(EgressPolicy policy) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("network", policy.profile().word());
    write(node.putArray("allow"), policy.allow());
    write(node.putArray("deny"), policy.deny());
    ObjectNode budgets = node.putObject("budgets");
    bound(budgets, "requestsPerMinute", policy.budgets().requestsPerMinute());
    bound(budgets, "bytesPerDay", policy.budgets().bytesPerDay());
    bound(budgets, "modelTokensPerDay", policy.budgets().modelTokensPerDay());
    return node;
  }

  static EgressPolicy read(JsonFields fields) throws JsonException {
    JsonFields budgets =
        fields.object("budgets", "requestsPerMinute", "bytesPerDay", "modelTokensPerDay");
    return new EgressPolicy(
        fields.word("network", NetworkProfile.class),
        rules(fields.objects("allow", RULE)),
        rules(fields.objects("deny", RULE)),
        new EgressPolicy.Budgets(
            bound(budgets, "requestsPerMinute"),
            bound(budgets, "bytesPerDay"),
            bound(budgets, "modelTokensPerDay")));
  }

  private static void write(ArrayNode array, List<EgressRule> rules) {
    rules.forEach(rule -> write(array, rule));
  }

  private static void write(ArrayNode array, EgressRule rule) {
    ObjectNode node = array.addObject().put("host", rule.host());
    ArrayNode ports = node.putArray("ports");
    rule.ports().forEach(ports::add);
    Words.put(node, "methods", rule.methods());
    Words.put(node, "paths", rule.paths());
    node.put("inspect", rule.inspect()).put("audit", rule.audit());
    ArrayNode programs = node.putArray("programs");
    for (EgressRule.Program program : rule.programs()) {
      ObjectNode entry = programs.addObject().put("path", program.path());
      if (!program.digest().isEmpty()) {
        entry.put("digest", program.digest());
      }
    }
  }

  private static List<EgressRule> rules(List<JsonFields> objects) throws JsonException {
    List<EgressRule> rules = new ArrayList<>();
    for (JsonFields rule : objects) {
      List<EgressRule.Program> programs = new ArrayList<>();
      for (JsonFields program : rule.objects("programs", "path", "digest")) {
        programs.add(
            new EgressRule.Program(
                program.text("path"),
                program.has("digest") ? program.digest("digest").value() : ""));
      }
      rules.add(
          new EgressRule(
              rule.text("host"),
              rule.integers("ports", 1, 65535),
              rule.texts("methods"),
              rule.texts("paths"),
              rule.flag("inspect"),
              rule.flag("audit"),
              programs));
    }
    return rules;
  }

  private static void bound(ObjectNode budgets, String key, long value) {
    if (value != Long.MAX_VALUE) {
      budgets.put(key, value);
    }
  }

  private static long bound(JsonFields budgets, String key) throws JsonException {
    return budgets.has(key) ? budgets.integer(key, 0, LARGEST) : Long.MAX_VALUE;
  }
}
