package dev.claw.supervisor.resident;

import dev.claw.model.AgentId;
import dev.claw.model.Digest;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where the sockets of the resident process stand, which die with the login. Each state folder has
 * a process of its own, and so a folder of its own.
 */
public record ResidentFolder(Path path) {
  /** Unix socket paths end at 107 bytes (unix(7)). */
  private static final int LONGEST_SOCKET = 107;

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  /**
   * The folder for a state folder.
   *
   * @param runtime {@code $XDG_RUNTIME_DIR/claw}
   * @param home the state folder, as a real path
   * @param usual the state folder where {@code CLAW_HOME} says nothing, which needs no name
   */
  public static ResidentFolder of(Path runtime, Path home, Path usual) {
    return new ResidentFolder(
        home.equals(usual)
            ? runtime
            : runtime.resolve("home-" + Digest.of(home.toString()).abbreviated()));
  }

  /** The folder in which a control socket stands; empty where it is not one of the operator's. */
  static Optional<ResidentFolder> around(Path control) {
    Path parent = control.getParent();
    if (parent == null) {
      return Optional.empty();
    }
    ResidentFolder folder = new ResidentFolder(parent);
    try {
      return folder.control().equals(control) && folder.isPrivate()
          ? Optional.of(folder)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it went with its login
    }
  }

  Path control() {
    return path.resolve("supervisor.sock");
  }

  /** There while agents are served: what a process leaves behind that was killed. */
  Path serving() {
    return path.resolve("supervisor.serving");
  }

  /** There while a bot runs: likewise. */
  Path chatting() {
    return path.resolve("supervisor.chatting");
  }

  /** Whether a process that stood here was killed while somebody needed it. */
  boolean isMissed() {
    return Files.exists(serving()) || Files.exists(chatting());
  }

  /** The socket of one agent's door. */
  Path egress(AgentId agent) {
    return path.resolve("egress-" + agent + ".sock");
  }

  private PosixFileAttributes attributes() throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private boolean isPrivate() throws IOException {
    PosixFileAttributes found = attributes();
    return found.isDirectory()
        && found.owner().equals(Files.getOwner(Path.of("/proc/self")))
        && PRIVATE.containsAll(found.permissions());
  }

  /** Makes the folder where it is missing, and refuses one that is not the operator's alone. */
  void create() throws SupervisorException {
    try {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectories(path, PosixFilePermissions.asFileAttribute(PRIVATE));
      }
      if (!isPrivate()) {
        PosixFileAttributes found = attributes();
        throw new SupervisorException(
            Reason.STATE,
            path
                + ": expected a folder that is yours alone, found it of "
                + found.owner().getName()
                + " with mode "
                + PosixFilePermissions.toString(found.permissions())
                + "; remove it or choose another XDG_RUNTIME_DIR");
      }
    } catch (IOException e) {
      throw new SupervisorException(
          Reason.STATE, path + ": can't be made: " + e.getMessage() + "; check XDG_RUNTIME_DIR", e);
    }
    Path longest = egress(new AgentId("0".repeat(32)));
    int length = longest.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_SOCKET) {
      throw new SupervisorException(
          Reason.STATE,
          longest
              + ": a socket's path has at most "
              + LONGEST_SOCKET
              + " bytes, this one "
              + length
              + "; choose a shorter XDG_RUNTIME_DIR");
    }
  }
}
