package dev.claw.lock;

import static dev.claw.lock.CanonicalJson.LARGEST;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AgentPolicy;
import dev.claw.model.ByteSize;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.ExecMode;
import dev.claw.model.Image;
import dev.claw.model.Mount;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A lock's body as JSON; the parts that say where an agent can go are {@link ReachJson}'s. */
final class PolicyLockJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private PolicyLockJson() {}

  static ObjectNode write(PolicyLock lock) {
    ObjectNode body = NODES.objectNode();
    body.put("version", PolicyLock.VERSION);
    body.putObject("agent").put("id", lock.agentId().value()).put("name", lock.agentName().value());
    body.put("serial", lock.serial());
    lock.findPrevious().ifPresent(digest -> body.put("previous", digest.value()));
    body.putObject("template")
        .put("name", lock.template().name())
        .put("digest", lock.template().digest().value());
    ObjectNode artefacts = body.putObject("artefacts");
    lock.artefacts().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(file -> artefacts.put(file.getKey(), file.getValue().value()));
    body.set("image", image(lock.image()));
    body.set("decide", decide(lock.decide()));
    body.set("touch", touch(lock.touch()));
    body.set("reach", ReachJson.write(lock.reach()));
    body.set("models", ModelsJson.write(lock.models()));
    body.putObject("versions")
        .put("claw", lock.versions().claw())
        .put("openclaw", lock.versions().openclaw());
    return body;
  }

  static PolicyLock read(JsonNode node) throws JsonException {
    JsonFields body =
        JsonFields.of(
            node,
            "lock",
            "version",
            "agent",
            "serial",
            "previous",
            "template",
            "artefacts",
            "image",
            "decide",
            "touch",
            "reach",
            "models",
            "versions");
    body.integer("version", PolicyLock.VERSION, PolicyLock.VERSION);
    JsonFields agent = body.object("agent", "id", "name");
    JsonFields template = body.object("template", "name", "digest");
    JsonFields versions = body.object("versions", "claw", "openclaw");
    JsonFields files = body.object("artefacts", PolicyLock.ARTEFACTS.toArray(String[]::new));
    Map<String, Digest> artefacts = new HashMap<>();
    for (String name : PolicyLock.ARTEFACTS) {
      artefacts.put(name, files.digest(name));
    }
    long serial = body.integer("serial", 1, LARGEST);
    if ((serial == 1) == body.has("previous")) {
      throw new JsonException(
          "lock.previous", "expected in every lock but the first, found serial " + serial);
    }
    return new PolicyLock(
        agent.value("id", AgentId::parse),
        agent.value("name", AgentName::parse),
        serial,
        body.findDigest("previous").orElse(null),
        new CompiledPolicy.Template(template.text("name"), template.digest("digest")),
        artefacts,
        image(body.object("image", "reference", "digest")),
        decide(
            body.object("decide", "tools", "exec", "skills", "plugins", "channels", "rulesDigest")),
        touch(body.object("touch", "user", "resources", "mounts", "secrets", "seccomp")),
        ReachJson.read(body.object("reach", "network", "allow", "deny", "budgets")),
        ModelsJson.read(body.object("models", "primary", "providers", "content")),
        new CompiledPolicy.Versions(versions.text("claw"), versions.text("openclaw")));
  }

  static ObjectNode image(Image image) {
    ObjectNode node = NODES.objectNode().put("reference", image.reference());
    image.findDigest().ifPresent(digest -> node.put("digest", digest.value()));
    return node;
  }

  static Image image(JsonFields fields) throws JsonException {
    return new Image(fields.text("reference"), fields.findDigest("digest").orElse(null));
  }

  static ObjectNode user(ContainerSpec.User user) {
    return NODES.objectNode().put("uid", user.uid()).put("gid", user.gid());
  }

  static ContainerSpec.User user(JsonFields fields) throws JsonException {
    return new ContainerSpec.User(
        (int) fields.integer("uid", 0, Integer.MAX_VALUE),
        (int) fields.integer("gid", 0, Integer.MAX_VALUE));
  }

  static final String[] RESOURCES = {"memory", "milliCpus", "pids", "nofile", "tmp"};

  static ObjectNode resources(Resources resources) {
    return NODES
        .objectNode()
        .put("memory", resources.memory().bytes())
        .put("milliCpus", resources.milliCpus())
        .put("pids", resources.pids())
        .put("nofile", resources.nofile())
        .put("tmp", resources.tmp().bytes());
  }

  static Resources resources(JsonFields fields) throws JsonException {
    return new Resources(
        new ByteSize(fields.integer("memory", 1, LARGEST)),
        (int) fields.integer("milliCpus", 1, Integer.MAX_VALUE),
        (int) fields.integer("pids", 1, Integer.MAX_VALUE),
        (int) fields.integer("nofile", 1, Integer.MAX_VALUE),
        new ByteSize(fields.integer("tmp", 1, LARGEST)));
  }

  static void mounts(ObjectNode object, List<Mount> mounts) {
    var array = object.putArray("mounts");
    for (Mount mount : mounts) {
      array
          .addObject()
          .put("source", mount.source())
          .put("target", mount.target())
          .put("mode", Words.of(mount.mode()));
    }
  }

  static List<Mount> mounts(JsonFields fields) throws JsonException {
    List<Mount> mounts = new ArrayList<>();
    for (JsonFields mount : fields.objects("mounts", "source", "target", "mode")) {
      mounts.add(
          new Mount(
              mount.text("source"), mount.text("target"), mount.word("mode", Mount.Mode.class)));
    }
    return mounts;
  }

  private static ObjectNode decide(PolicyLock.Decide decide) {
    ObjectNode node = NODES.objectNode();
    ObjectNode tools = node.putObject("tools").put("profile", decide.tools().profile());
    Words.put(tools, "allow", decide.tools().allow());
    Words.put(tools, "deny", decide.tools().deny());
    node.put("exec", decide.exec().word());
    Words.put(node, "skills", decide.skills());
    Words.put(node, "plugins", decide.plugins());
    Words.put(node, "channels", decide.channels());
    return node.put("rulesDigest", decide.rules().value());
  }

  private static PolicyLock.Decide decide(JsonFields fields) throws JsonException {
    JsonFields tools = fields.object("tools", "profile", "allow", "deny");
    return new PolicyLock.Decide(
        new AgentPolicy.Tools(tools.text("profile"), tools.texts("allow"), tools.texts("deny")),
        fields.word("exec", ExecMode.class),
        fields.texts("skills"),
        fields.texts("plugins"),
        fields.texts("channels"),
        fields.digest("rulesDigest"));
  }

  private static ObjectNode touch(PolicyLock.Touch touch) {
    ObjectNode node = NODES.objectNode();
    node.set("user", user(touch.user()));
    node.set("resources", resources(touch.resources()));
    mounts(node, touch.mounts());
    Words.put(node, "secrets", touch.secrets());
    return node.put("seccomp", touch.seccomp().word());
  }

  private static PolicyLock.Touch touch(JsonFields fields) throws JsonException {
    return new PolicyLock.Touch(
        user(fields.object("user", "uid", "gid")),
        resources(fields.object("resources", RESOURCES)),
        mounts(fields),
        fields.texts("secrets"),
        fields.word("seccomp", Seccomp.Kind.class));
  }
}
