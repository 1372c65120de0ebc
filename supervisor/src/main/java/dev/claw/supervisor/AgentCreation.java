package dev.claw.supervisor;

import dev.claw.lock.PolicyLock;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an agent. All its files are written in a folder beside, which becomes the agent by one
 * rename: a crash leaves either no agent or a whole one, and what it leaves beside is removed by
 * the next create of that name.
 */
public final class AgentCreation {
  private final Host host;

  public AgentCreation(Host host) {
    this.host = host;
  }

  /**
   * Checks early, before anything is compiled, that the name is free.
   *
   * @throws SupervisorException CONFLICT where it is not
   */
  public void refuseTaken(AgentName name) throws SupervisorException {
    host.home().verify();
    if (Files.exists(host.home().agent(name).path(), LinkOption.NOFOLLOW_LINKS)) {
      throw new SupervisorException(
          Reason.CONFLICT,
          name
              + ": there is an agent of this name; choose another one, or 'claw delete "
              + name
              + "'");
    }
  }

  /**
   * Has OpenClaw validate the policy where its image is here, signs the lock, and writes the agent.
   *
   * @throws SupervisorException CONFLICT where the name is taken by then, REFUSED where OpenClaw
   *     does not accept its configuration
   */
  public AgentRecord create(CompiledPolicy policy) throws SupervisorException, BackendException {
    AgentName name = policy.container().name();
    try (AgentLease _ = AgentLease.take(host.home(), name)) {
      refuseTaken(name);
      AgentRecord agent =
          new AgentRecord(
              policy.container().id(),
              name,
              policy.template().name(),
              host.clock().instant().truncatedTo(ChronoUnit.SECONDS),
              1);
      PolicyLock lock = Signing.lock(policy, agent.serial(), Optional.empty());
      Map<String, Object> intent =
          Map.of(
              "id", agent.id().value(),
              "template", policy.template().name(),
              "templateDigest", policy.template().digest().value(),
              "lock", lock.digest().value());
      return host.journal()
          .onHost(
              "agent.create",
              name,
              intent,
              () -> write(agent, policy, lock, intent),
              created -> Map.of("validated", created.validated()))
          .agent();
    }
  }

  /**
   * @param validated whether OpenClaw has seen its configuration; it has not where its image is not
   *     here
   */
  private record Created(AgentRecord agent, boolean validated) {}

  private Created write(
      AgentRecord agent, CompiledPolicy policy, PolicyLock lock, Map<String, Object> details)
      throws SupervisorException, BackendException {
    AgentFolder staged = new AgentFolder(host.home().agents().resolve("." + agent.name() + ".new"));
    removeTree(staged.path());
    ClawHome.createFolder(staged.path());
    try {
      ClawHome.createFolder(staged.workspace());
      ClawHome.createFolder(staged.state());
      ClawHome.createFolder(staged.logs());
      PolicyFiles.write(staged, policy, Signing.sign(host, lock));
      host.egressFiles().ensure(staged, lock);
      boolean validated = ConfigValidation.check(host.backend(), policy, staged.openclaw());
      if (!policy.agent().rules().isBlank()) {
        StateFiles.replace(staged.workspace().resolve("TOOLS.md"), policy.agent().rules());
      }
      AgentStore.write(staged.path(), agent);
      Map<String, Object> first = new HashMap<>(details);
      first.put("validated", validated);
      host.journal().begin(staged.audit(), "agent.create", agent.name(), first);
      StateFiles.sync(staged.path());
      try (StateDatabase database = StateDatabase.open(host.home().database())) {
        database.sawSerial(agent.id(), agent.serial());
      }
      Path target = host.home().agent(agent.name()).path();
      Files.move(staged.path(), target, StandardCopyOption.ATOMIC_MOVE);
      StateFiles.sync(host.home().agents());
      return new Created(agent, validated);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, staged.path() + ": can't be renamed: " + Failures.describe(e), e);
    } finally {
      removeTree(staged.path()); // nothing is left of it after the rename
    }
  }

  /** Removes a folder that no agent has ever written to. */
  static void removeTree(Path folder) throws SupervisorException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path dir, @org.jspecify.annotations.Nullable IOException e) throws IOException {
              if (e != null) {
                throw e;
              }
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, folder + ": can't be removed: " + Failures.describe(e), e);
    }
  }
}
