package dev.claw.lock;

import static dev.claw.lock.CanonicalJson.LARGEST;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.ByteSize;
import dev.claw.model.ContainerSpec;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import dev.claw.model.Tmpfs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A container spec as {@code container-spec.json}. The file also states what is the same for every
 * agent (user namespace, capabilities, no-new-privileges, read-only root, core files, swap), so
 * that it can be read without claw; any other value of those is refused.
 */
public final class ContainerSpecJson {
  /** Most bytes of the file. */
  public static final int LARGEST_FILE = 1 << 20;

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ContainerSpecJson() {}

  /**
   * The text of the file: two spaces a level, keys in a fixed order, a line feed at the end.
   *
   * @throws IllegalArgumentException if a text has a lone surrogate
   */
  public static String write(ContainerSpec spec) {
    ObjectNode node = NODES.objectNode().put("version", 1);
    node.putObject("agent").put("id", spec.id().value()).put("name", spec.name().value());
    node.set("image", PolicyLockJson.image(spec.image()));
    node.set("user", PolicyLockJson.user(spec.user()));
    node.put("userNamespace", "keep-id");
    node.putArray("capabilities");
    node.put("noNewPrivileges", true).put("readOnlyRoot", true);
    node.putObject("seccomp")
        .put("kind", spec.seccomp().kind().word())
        .put("digest", spec.seccomp().digest().value());
    node.put("network", spec.network().word());
    ObjectNode resources = PolicyLockJson.resources(spec.resources());
    node.set("resources", resources.put("swap", 0).put("core", 0));
    PolicyLockJson.mounts(node, spec.mounts());
    ArrayNode tmpfs = node.putArray("tmpfs");
    spec.tmpfs()
        .forEach(
            file ->
                tmpfs.addObject().put("target", file.target()).put("size", file.size().bytes()));
    ObjectNode environment = node.putObject("environment");
    spec.environment().forEach(environment::put);
    ArrayNode secrets = node.putArray("secrets");
    for (Secret secret : spec.secrets()) {
      ObjectNode entry = secrets.addObject().put("name", secret.name());
      switch (secret.target()) {
        case Secret.Target.Environment(String variable) -> entry.put("environment", variable);
        case Secret.Target.File(String name) -> entry.put("file", name);
      }
    }
    node.put("stopGracePeriodSeconds", spec.stopGracePeriod().toSeconds());
    return IndentedJson.text(node);
  }

  /**
   * Reads the file's bytes.
   *
   * @throws JsonException with {@code LINE:COLUMN} or the path of keys, what was expected and what
   *     was found
   */
  public static ContainerSpec read(byte[] bytes) throws JsonException {
    JsonFields fields =
        JsonFields.of(
            StrictJson.parse(bytes, LARGEST_FILE),
            "",
            "version",
            "agent",
            "image",
            "user",
            "userNamespace",
            "capabilities",
            "noNewPrivileges",
            "readOnlyRoot",
            "seccomp",
            "network",
            "resources",
            "mounts",
            "tmpfs",
            "environment",
            "secrets",
            "stopGracePeriodSeconds");
    fields.integer("version", 1, 1);
    fields.constant("userNamespace", NODES.textNode("keep-id"));
    fields.constant("capabilities", NODES.arrayNode());
    fields.constant("noNewPrivileges", NODES.booleanNode(true));
    fields.constant("readOnlyRoot", NODES.booleanNode(true));
    JsonFields agent = fields.object("agent", "id", "name");
    JsonFields seccomp = fields.object("seccomp", "kind", "digest");
    JsonFields resources =
        fields.object("resources", "memory", "milliCpus", "pids", "nofile", "tmp", "swap", "core");
    resources.integer("swap", 0, 0);
    resources.integer("core", 0, 0);
    return new ContainerSpec(
        agent.value("id", AgentId::parse),
        agent.value("name", AgentName::parse),
        PolicyLockJson.image(fields.object("image", "reference", "digest")),
        PolicyLockJson.user(fields.object("user", "uid", "gid")),
        PolicyLockJson.resources(resources),
        PolicyLockJson.mounts(fields),
        tmpfs(fields),
        fields.textMap("environment"),
        secrets(fields),
        new Seccomp(seccomp.word("kind", Seccomp.Kind.class), seccomp.digest("digest")),
        fields.word("network", NetworkProfile.class),
        Duration.ofSeconds(fields.integer("stopGracePeriodSeconds", 0, Integer.MAX_VALUE)));
  }

  private static List<Tmpfs> tmpfs(JsonFields fields) throws JsonException {
    List<Tmpfs> all = new ArrayList<>();
    for (JsonFields tmpfs : fields.objects("tmpfs", "target", "size")) {
      all.add(new Tmpfs(tmpfs.text("target"), new ByteSize(tmpfs.integer("size", 1, LARGEST))));
    }
    return all;
  }

  private static List<Secret> secrets(JsonFields fields) throws JsonException {
    List<Secret> secrets = new ArrayList<>();
    for (JsonFields secret : fields.objects("secrets", "name", "environment", "file")) {
      if (secret.has("environment") == secret.has("file")) {
        throw new JsonException(
            secret.path("environment"), "expected either environment or file, found both or none");
      }
      secrets.add(
          new Secret(
              secret.text("name"),
              secret.has("file")
                  ? new Secret.Target.File(secret.text("file"))
                  : new Secret.Target.Environment(secret.text("environment"))));
    }
    return secrets;
  }
}
