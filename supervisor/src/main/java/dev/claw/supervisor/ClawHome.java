package dev.claw.supervisor;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Where claw keeps its state. The layout stands in DESIGN.md; every folder is 0700 and every file
 * 0600, and a folder that others can enter is refused, since whoever can write here decides what
 * agents may do.
 */
public record ClawHome(Path root) {
  private static final Set<PosixFilePermission> FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /** Makes the path absolute. */
  public ClawHome {
    root = root.toAbsolutePath().normalize();
  }

  public Path config() {
    return root.resolve("config.yaml");
  }

  public Path agents() {
    return root.resolve("agents");
  }

  public Path templates() {
    return root.resolve("templates");
  }

  public Path secrets() {
    return root.resolve("secrets");
  }

  public Path keys() {
    return root.resolve("keys");
  }

  public Path trash() {
    return root.resolve("trash");
  }

  public Path logs() {
    return root.resolve("logs");
  }

  /** The host's audit chain. */
  public Path audit() {
    return logs().resolve("audit.jsonl");
  }

  /** What the resident process says when it has no terminal. */
  public Path supervisorLog() {
    return logs().resolve("supervisor.log");
  }

  /** Held by the resident process, and says which it is. */
  public Path supervisorLock() {
    return root.resolve("supervisor.lock");
  }

  public Path database() {
    return root.resolve("claw.db");
  }

  /** The folder of one agent, whether or not it exists. */
  public AgentFolder agent(AgentName name) {
    return new AgentFolder(agents().resolve(name.value()));
  }

  /** All folders, the outer ones first. */
  List<Path> folders() {
    return List.of(root, agents(), templates(), secrets(), keys(), trash(), logs());
  }

  /**
   * Makes the folders that are missing.
   *
   * @return those that were made
   * @throws SupervisorException where one can't be made or is not safe
   */
  List<Path> create() throws SupervisorException {
    List<Path> made = new java.util.ArrayList<>();
    for (Path folder : folders()) {
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        createFolder(folder);
        made.add(folder);
      }
    }
    verify();
    return made;
  }

  /**
   * Checks that the state folder is there and belongs to the operator alone.
   *
   * @throws SupervisorException NOT_FOUND where it was never made, STATE where it is not safe
   */
  public void verify() throws SupervisorException {
    for (Path folder : folders()) {
      verifyFolder(folder);
    }
  }

  static void createFolder(Path folder) throws SupervisorException {
    try {
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(FOLDER));
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE,
          folder
              + ": can't be made: "
              + Failures.describe(e)
              + "; make its parent writable or set CLAW_HOME",
          e);
    }
  }

  void verifyFolder(Path folder) throws SupervisorException {
    PosixFileAttributes attributes;
    try {
      // The root itself may be a link to another disk; what is in it may not.
      attributes =
          folder.equals(root)
              ? Files.readAttributes(folder, PosixFileAttributes.class)
              : Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new SupervisorException(
          Reason.NOT_FOUND, folder + ": claw has no state folder here; run 'claw init'", e);
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, folder + ": can't be read: " + Failures.describe(e), e);
    }
    if (!attributes.isDirectory()) {
      throw new SupervisorException(
          Reason.STATE, folder + ": expected a folder, found something else; move it away");
    }
    if (!attributes.owner().getName().equals(ownName())) {
      throw new SupervisorException(
          Reason.STATE,
          folder
              + ": belongs to "
              + attributes.owner().getName()
              + "; run 'chown "
              + ownName()
              + " "
              + folder
              + "'");
    }
    if (!OWNER_ONLY.containsAll(attributes.permissions())) {
      throw new SupervisorException(
          Reason.STATE,
          folder
              + ": expected mode 0700, found "
              + PosixFilePermissions.toString(attributes.permissions())
              + ", so others may have changed what is in it; look at it, then run 'chmod 700 "
              + folder
              + "'");
    }
  }

  private static String ownName() throws SupervisorException {
    try {
      return Files.readAttributes(Path.of("/proc/self"), PosixFileAttributes.class)
          .owner()
          .getName();
    } catch (IOException e) {
      throw new SupervisorException(Reason.STATE, "/proc/self: can't be read; mount /proc", e);
    }
  }
}
