package dev.claw.compiler;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.AgentPolicy;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import java.util.List;

/** Writes what an agent may decide in the words of OpenClaw's own configuration. */
final class OpenClawConfig {
  /** The gateway's port, on the container's loopback. */
  static final int GATEWAY_PORT = 18_789;

  /** The model broker's port, on the container's loopback. */
  static final int BROKER_PORT = 3129;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private OpenClawConfig() {}

  static ObjectNode from(AgentPolicy agent, ModelPolicy models, NetworkProfile network) {
    ObjectNode root = NODES.objectNode();
    root.set("agents", agents(agent, models));
    root.set("models", models(models));
    root.set("tools", tools(agent));
    ObjectNode plugins = root.putObject("plugins").put("enabled", !agent.plugins().isEmpty());
    if (!agent.plugins().isEmpty()) {
      // An empty list would admit every plugin that OpenClaw brings.
      texts(plugins, "allow", agent.plugins());
      ObjectNode entries = plugins.putObject("entries");
      agent.plugins().forEach(plugin -> entries.putObject(plugin).put("enabled", true));
    }
    root.set("gateway", gateway());
    root.set("secrets", secrets());
    if (network == NetworkProfile.ALLOWLIST) {
      // No proxy.proxyUrl: with it OpenClaw 2026.9.6 ends two seconds after SIGTERM, whatever turn
      // is under way. Its own clients are captured like every other.
      // Names stand for addresses of this range inside, which its guard takes for a test network.
      root.withObject("/tools/web/fetch/ssrfPolicy").put("allowRfc2544BenchmarkRange", true);
    }
    addSilence(root);
    return root;
  }

  private static ObjectNode agents(AgentPolicy agent, ModelPolicy models) {
    ObjectNode agents = NODES.objectNode();
    ObjectNode defaults = agents.putObject("defaults");
    defaults.put("workspace", ContainerPaths.WORKSPACE).put("skipBootstrap", true);
    if (!models.primary().isEmpty()) {
      defaults.putObject("model").put("primary", models.primary());
    }
    texts(defaults, "skills", agent.skills());
    // The container is the sandbox, and holds no other to nest in it.
    defaults.putObject("sandbox").put("mode", "off");
    // A heartbeat is a turn that nobody asked for.
    defaults.putObject("heartbeat").put("every", "0m");
    agents.putObject("entries").putObject("main");
    return agents;
  }

  private static ObjectNode models(ModelPolicy policy) {
    ObjectNode models = NODES.objectNode().put("mode", "replace");
    ObjectNode providers = models.putObject("providers");
    for (ModelPolicy.Provider provider : policy.providers()) {
      ObjectNode node = providers.putObject(provider.id());
      // Not the operator's URL and no key: the agent only meets the broker, which adds both.
      node.put("baseUrl", "http://127.0.0.1:" + BROKER_PORT + "/v1/providers/" + provider.id());
      node.put("api", provider.api());
      var list = node.putArray("models");
      for (ModelPolicy.Model model : provider.models()) {
        list.addObject()
            .put("id", model.id())
            .put("name", model.id())
            .put("contextWindow", model.contextWindow())
            .put("maxTokens", model.maxTokens());
      }
    }
    models.putObject("catalogRefresh").put("enabled", false);
    return models;
  }

  private static ObjectNode tools(AgentPolicy agent) {
    ObjectNode tools = NODES.objectNode().put("profile", agent.tools().profile());
    if (!agent.tools().allow().isEmpty()) {
      texts(tools, "allow", agent.tools().allow());
    }
    if (!agent.tools().deny().isEmpty()) {
      texts(tools, "deny", agent.tools().deny());
    }
    tools.putObject("exec").put("host", "gateway").put("mode", agent.exec().word());
    tools.putObject("elevated").put("enabled", false);
    tools.putObject("fs").put("workspaceOnly", true);
    return tools;
  }

  private static ObjectNode gateway() {
    ObjectNode gateway = NODES.objectNode();
    gateway.put("mode", "local").put("port", GATEWAY_PORT).put("bind", "loopback");
    ObjectNode token = gateway.putObject("auth").put("mode", "token").putObject("token");
    token.put("source", "file").put("provider", "claw").put("id", "value");
    // A changed policy takes effect by a restart that is on record, never by a reload.
    gateway.putObject("reload").put("mode", "off");
    gateway.putObject("controlUi").put("enabled", true);
    gateway.putObject("terminal").put("enabled", false);
    gateway.putObject("tailscale").put("mode", "off");
    gateway
        .putObject("http")
        .putObject("endpoints")
        .putObject("chatCompletions")
        .put("enabled", true);
    return gateway;
  }

  private static ObjectNode secrets() {
    ObjectNode secrets = NODES.objectNode();
    secrets
        .putObject("providers")
        .putObject("claw")
        .put("source", "file")
        .put("path", "/run/secrets/" + SecretsSection.GATEWAY_TOKEN)
        .put("mode", "singleValue");
    return secrets;
  }

  private static void addSilence(ObjectNode root) {
    ObjectNode update = root.putObject("update").put("checkOnStart", false);
    update.putObject("auto").put("enabled", false);
    root.putObject("telemetry").put("enabled", false);
    root.putObject("discovery").putObject("mdns").put("mode", "off");
    root.putObject("cron").put("enabled", false);
    root.putObject("logging").put("file", ContainerPaths.LOGS + "/openclaw.log");
  }

  private static void texts(ObjectNode node, String key, List<String> values) {
    var array = node.putArray(key);
    values.forEach(array::add);
  }
}
