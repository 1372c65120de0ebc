package dev.claw.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of the host no agent may see, whatever its template says. Asked by the compiler and
 * again at every start, since a path can become a link in between. Paths are real paths: absolute,
 * normalised, links resolved; nothing here looks at the file system.
 */
public final class MountRules {
  // What runs the host, what describes it to the kernel, and what other programs put sockets into.
  private static final List<String> SYSTEM =
      List.of(
          "/etc",
          "/proc",
          "/sys",
          "/dev",
          "/run",
          "/var/run",
          "/boot",
          "/efi",
          "/root",
          "/usr",
          "/bin",
          "/sbin",
          "/lib",
          "/lib32",
          "/lib64",
          "/libx32",
          "/var/lib",
          "/var/log",
          "/var/spool",
          "/lost+found");

  // Shared by everyone on the host, sockets among the files; a folder below is fine.
  private static final List<String> SHARED = List.of("/home", "/tmp", "/var/tmp", "/var");

  // Keys, tokens, and what a login shell or desktop session executes.
  private static final List<String> PRIVATE_IN_HOME =
      List.of(
          ".ssh",
          ".aws",
          ".azure",
          ".gnupg",
          ".kube",
          ".docker",
          ".podman",
          ".netrc",
          ".npmrc",
          ".pypirc",
          ".pgpass",
          ".git-credentials",
          ".password-store",
          ".cargo/credentials",
          ".cargo/credentials.toml",
          ".gem/credentials",
          ".m2/settings.xml",
          ".m2/settings-security.xml",
          ".terraform.d",
          ".vault-token",
          ".openclaw",
          ".mozilla",
          ".thunderbird",
          ".bashrc",
          ".bash_profile",
          ".bash_login",
          ".bash_logout",
          ".profile",
          ".zshrc",
          ".zshenv",
          ".zprofile",
          ".config",
          ".local/share/containers",
          ".local/share/keyrings",
          ".local/share/systemd",
          ".local/bin");

  /** What is at a path. */
  public enum Kind {
    FOLDER,
    FILE,
    SOCKET,
    /** A device or a pipe. */
    OTHER,
    MISSING
  }

  private MountRules() {}

  /**
   * Why a path must not be mounted, as the second half of a sentence that begins with the path;
   * empty where it may.
   *
   * @param source real path on the host
   * @param home real path of the operator's home
   * @param clawHome real path of claw's state folder
   */
  public static Optional<String> refuse(Path source, Kind kind, Path home, Path clawHome) {
    if (!source.isAbsolute() || !source.equals(source.normalize())) {
      return Optional.of("is not an absolute path without '.' and '..'");
    }
    switch (kind) {
      case MISSING -> {
        return Optional.of("does not exist; create it first");
      }
      case SOCKET -> {
        return Optional.of("is a socket; whoever reaches it commands the program behind it");
      }
      case OTHER -> {
        return Optional.of("is neither a folder nor a regular file");
      }
      case FOLDER, FILE -> {}
    }
    if (source.getNameCount() == 0) {
      return Optional.of("is the whole host");
    }
    if (source.equals(home)) {
      return Optional.of("is your home, with all your keys; mount a folder in it");
    }
    if (home.startsWith(source)) {
      return Optional.of("holds your home, with all your keys; mount a folder in it");
    }
    Optional<String> claw = relation(source, clawHome, "claw's own state folder");
    if (claw.isPresent()) {
      return claw;
    }
    for (String name : PRIVATE_IN_HOME) {
      Optional<String> secret = relation(source, home.resolve(name), "~/" + name);
      if (secret.isPresent()) {
        return Optional.of(secret.get() + ", which holds credentials or what your login executes");
      }
    }
    if (SHARED.contains(source.toString())) {
      return Optional.of("belongs to everyone on this host; mount a folder in it");
    }
    // A home below one of these (a service account's) stays usable: it was judged above.
    if (!source.startsWith(home)) {
      for (String name : SYSTEM) {
        Optional<String> system = relation(source, Path.of(name), name);
        if (system.isPresent()) {
          return Optional.of(system.get() + ", which belongs to the host");
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> relation(Path source, Path closed, String name) {
    if (source.equals(closed)) {
      return Optional.of("is " + name);
    }
    if (source.startsWith(closed)) {
      return Optional.of("is in " + name);
    }
    return closed.startsWith(source) ? Optional.of("holds " + name) : Optional.empty();
  }

  /**
   * Whether one of the sources lies in another that the container can write to, so that an agent
   * could swap it for a link; or is the same.
   *
   * @return the second half of a sentence that begins with the inner path
   */
  public static Optional<String> refuseInside(Path source, List<Mount> others) {
    for (Mount other : others) {
      if (other.mode() == Mount.Mode.RW && source.startsWith(Path.of(other.source()))) {
        return Optional.of(
            "is in "
                + other.source()
                + ", which the agent can write to and so could put a link in its place");
      }
    }
    return Optional.empty();
  }
}
