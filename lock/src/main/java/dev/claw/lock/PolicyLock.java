package dev.claw.lock;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.AgentPolicy;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.ContainerSpec;
import dev.claw.model.Digest;
import dev.claw.model.EgressPolicy;
import dev.claw.model.ExecMode;
import dev.claw.model.Image;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Mount;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import dev.claw.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What {@code policy.lock.json} says of one agent. The same parts always have the same canonical
 * bytes.
 *
 * @param serial grows by one with each lock of the agent, from 1
 * @param previous digest of the lock before; null for the first
 * @param artefacts digest of each file beside the lock, by file name
 * @param image the image; without a digest nothing starts
 * @param touch what the container spec grants, less what its file alone says
 */
public record PolicyLock(
    AgentId agentId,
    AgentName agentName,
    long serial,
    @Nullable Digest previous,
    CompiledPolicy.Template template,
    Map<String, Digest> artefacts,
    Image image,
    Decide decide,
    Touch touch,
    EgressPolicy reach,
    ModelPolicy models,
    CompiledPolicy.Versions versions) {

  /** The format's version. */
  public static final int VERSION = 1;

  /** The payload type under which locks are signed. */
  public static final String PAYLOAD_TYPE = "application/vnd.claw.policy-lock.v1+json";

  /** File name of what the agent may decide. */
  public static final String OPENCLAW_JSON = "openclaw.json";

  /** File name of what the agent can touch. */
  public static final String CONTAINER_SPEC_JSON = "container-spec.json";

  /** File name of the system-call filter. */
  public static final String SECCOMP_JSON = "seccomp.json";

  static final List<String> ARTEFACTS = List.of(OPENCLAW_JSON, CONTAINER_SPEC_JSON, SECCOMP_JSON);

  /**
   * What the agent may decide: an {@link AgentPolicy} with the digest of its rules in their place.
   *
   * @param rules digest of the rules' text, which stands in the template
   */
  public record Decide(
      AgentPolicy.Tools tools,
      ExecMode exec,
      List<String> skills,
      List<String> plugins,
      List<String> channels,
      Digest rules) {
    /** Copies all lists. */
    public Decide {
      skills = List.copyOf(skills);
      plugins = List.copyOf(plugins);
      channels = List.copyOf(channels);
    }
  }

  /**
   * What the agent can touch.
   *
   * @param secrets names only
   */
  public record Touch(
      ContainerSpec.User user,
      Resources resources,
      List<Mount> mounts,
      List<String> secrets,
      Seccomp.Kind seccomp) {
    /** Copies all lists. */
    public Touch {
      mounts = List.copyOf(mounts);
      secrets = List.copyOf(secrets);
    }
  }

  /** Copies the map and asks for a digest of each artefact and no other. */
  public PolicyLock {
    artefacts = Map.copyOf(artefacts);
    if (artefacts.size() != ARTEFACTS.size() || !artefacts.keySet().containsAll(ARTEFACTS)) {
      throw new IllegalArgumentException("artefacts " + artefacts.keySet());
    }
    if (serial < 1 || (serial == 1) != (previous == null)) {
      throw new IllegalArgumentException("the first lock has serial 1 and none before it");
    }
  }

  /**
   * The lock of a compiled policy.
   *
   * @param serial one more than the lock's before; 1 for the first
   * @param previous digest of the lock before; empty for the first
   * @throws JsonException if a part has no canonical form: a lone surrogate or a number beyond 2^53
   */
  public static PolicyLock of(CompiledPolicy policy, long serial, Optional<Digest> previous)
      throws JsonException {
    ContainerSpec spec = policy.container();
    AgentPolicy agent = policy.agent();
    PolicyLock lock =
        new PolicyLock(
            spec.id(),
            spec.name(),
            serial,
            previous.orElse(null),
            policy.template(),
            new TreeMap<>(
                Map.of(
                    OPENCLAW_JSON, Digest.of(policy.openclawJson()),
                    CONTAINER_SPEC_JSON, Digest.of(policy.containerSpecJson()),
                    SECCOMP_JSON, Digest.of(policy.seccompJson()))),
            spec.image(),
            new Decide(
                agent.tools(),
                agent.exec(),
                agent.skills(),
                agent.plugins(),
                agent.channels(),
                Digest.of(agent.rules())),
            new Touch(
                spec.user(),
                spec.resources(),
                spec.mounts(),
                spec.secrets().stream().map(Secret::name).toList(),
                spec.seccomp().kind()),
            policy.egress(),
            policy.models(),
            policy.versions());
    // Whatever cannot be read back must not be signed.
    if (!read(lock.toJson()).equals(lock)) {
      throw new JsonException("lock", "expected parts that can be read back, found others");
    }
    return lock;
  }

  /**
   * Reads the body of a lock. Only for bytes whose signature is known to be good, or to show what a
   * doubtful lock claims.
   *
   * @throws JsonException with the path of keys
   */
  static PolicyLock read(JsonNode node) throws JsonException {
    PolicyLock lock = PolicyLockJson.read(node);
    if (!CanonicalJson.text(lock.toJson()).equals(CanonicalJson.text(node))) {
      throw new JsonException("lock", "expected the form that claw writes, found another");
    }
    return lock;
  }

  /** Digest of the previous lock; empty for the first. */
  public Optional<Digest> findPrevious() {
    return Optional.ofNullable(previous);
  }

  /** The lock as a tree, in the order in which people read it. */
  public JsonNode toJson() {
    return PolicyLockJson.write(this);
  }

  /** The bytes that are signed, without the envelope's encoding around them. */
  public byte[] canonicalBytes() {
    try {
      return CanonicalJson.bytes(toJson());
    } catch (JsonException e) {
      throw new IllegalStateException("not made by of or read", e);
    }
  }

  /** The digest of the canonical bytes. */
  public Digest digest() {
    return Digest.of(canonicalBytes());
  }

  /**
   * Whether the agent has a door to the supervisor: for all its connections where rules hold, for
   * its model calls on an open network.
   */
  public boolean hasDoor() {
    return switch (reach.profile()) {
      case OFFLINE -> false;
      case ALLOWLIST -> true;
      case OPEN -> !models.providers().isEmpty();
    };
  }

  /**
   * The digest of what a container is made from under this lock, which its label {@code claw.lock}
   * holds: the artefacts and the image. Locks that differ elsewhere, such as in egress rules, have
   * the same, and a container of one is a container of the other.
   */
  public Digest containerDigest() {
    StringBuilder parts = new StringBuilder("image=").append(image.digest()).append('\n');
    new TreeMap<>(artefacts)
        .forEach((name, digest) -> parts.append(name).append('=').append(digest).append('\n'));
    return Digest.of(parts.toString());
  }
}
