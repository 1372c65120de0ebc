package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What rootless Podman needs of a host, each with the exact fix. */
final class HostChecks {
  private static final Pattern VERSION = Pattern.compile("podman version (\\S{1,64})\\s*");
  private static final String INSTALL =
      "sudo apt install podman crun uidmap slirp4netns catatonit fuse-overlayfs";
  private static final int FEWEST_IDS = 65_536;

  private final Libpod libpod;
  private final PodmanOptions options;
  private final Path root;
  private final List<Check> checks = new ArrayList<>();

  /**
   * @param root of the file system; another one in tests
   */
  HostChecks(Libpod libpod, PodmanOptions options, Path root) {
    this.libpod = libpod;
    this.options = options;
    this.root = root;
  }

  List<Check> run() {
    podman();
    Optional<Json> info = service();
    programs();
    if (info.isPresent()) {
      door();
    }
    userNamespaces(info.isPresent());
    info.ifPresentOrElse(
        found -> new InfoChecks(found, root, checks::add).run(),
        () -> ranges("uid").ifPresent(checks::add));
    linger();
    return List.copyOf(checks);
  }

  private void podman() {
    String found = output(options.podman(), "--version");
    Matcher matcher = VERSION.matcher(found);
    Optional<PodmanVersion> version =
        matcher.matches() ? PodmanVersion.parse(matcher.group(1)) : Optional.empty();
    if (version.isEmpty()) {
      add("podman", Outcome.FAILED, found.isEmpty() ? "not installed" : found, INSTALL);
    } else if (!version.get().isSupported()) {
      add(
          "podman",
          Outcome.FAILED,
          found.strip(),
          "install Podman 4.3 to 5.x (Debian 12 or later)");
    } else {
      add("podman", Outcome.OK, found.strip(), "");
    }
  }

  private Optional<Json> service() {
    try {
      PodmanService service = libpod.service();
      Json info = libpod.get("podman", "/info");
      add(
          "podman service",
          Outcome.OK,
          "version " + service.version() + " answers at " + service.socket(),
          "");
      return Optional.of(info);
    } catch (BackendException e) {
      add(
          "podman service",
          Outcome.FAILED,
          String.valueOf(e.getMessage()),
          "mend what the message says; `podman info` shows whether Podman itself works");
      return Optional.empty();
    }
  }

  private void programs() {
    program("newuidmap", "uidmap", Outcome.FAILED);
    program("nsenter", "util-linux", Outcome.FAILED);
    program("setpriv", "util-linux", Outcome.FAILED);
    program("setsid", "util-linux", Outcome.FAILED); // the supervisor starts with it
    // Without these an agent with egress rules starts and has no way out.
    program("ip", "iproute2", Outcome.WARNING);
    program("nft", "nftables", Outcome.WARNING);
    program("haproxy", "haproxy", Outcome.WARNING);
    // Only the build of the agent image needs these.
    program("mmdebstrap", "mmdebstrap", Outcome.WARNING);
    program("curl", "curl", Outcome.WARNING);
    program("openssl", "openssl", Outcome.WARNING);
    if (options.environment().getOrDefault("npm_config_registry", "").isEmpty()) {
      program("npm", "npm", Outcome.WARNING); // it knows which registry to ask
    }
    boolean pause =
        Stream.of("usr/libexec/podman", "usr/lib/podman", "usr/bin", "usr/libexec/catatonit")
            .anyMatch(folder -> Files.isExecutable(root.resolve(folder).resolve("catatonit")));
    add(
        "catatonit",
        pause ? Outcome.OK : Outcome.FAILED,
        pause ? "installed" : "not found; Podman makes a pod's infra container with it",
        pause ? "" : "sudo apt install catatonit");
  }

  private void program(String name, String debianPackage, Outcome without) {
    Optional<Path> found = onPath(name);
    add(
        name,
        found.isPresent() ? Outcome.OK : without,
        found.map(Path::toString).orElse("not on PATH"),
        found.isPresent() ? "" : "sudo apt install " + debianPackage);
  }

  /** Where a program is missing, that has been said. */
  private void door() {
    List<Optional<Path>> programs =
        Stream.of("nsenter", "setpriv", "ip", "nft", "haproxy").map(this::onPath).toList();
    if (programs.stream().allMatch(Optional::isPresent)) {
      String folders =
          programs.stream()
              .flatMap(Optional::stream)
              .map(found -> String.valueOf(found.getParent()))
              .distinct()
              .collect(Collectors.joining(":"));
      String path = options.environment().getOrDefault("PATH", "/usr/bin:/bin") + ":" + folders;
      checks.add(new DoorTrial(options, path).run());
    }
  }

  private Optional<Path> onPath(String name) {
    String folders = options.environment().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.of((folders + ":" + NamespaceShell.PROGRAM_FOLDERS).split(":", -1))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> root.resolve(folder.substring(1)).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private void userNamespaces(boolean works) {
    String subject = "user namespaces";
    if (sysctl("user/max_user_namespaces").equals("0")) {
      add(subject, Outcome.FAILED, "the kernel allows none", fix("user.max_user_namespaces=28633"));
    } else if (sysctl("kernel/unprivileged_userns_clone").equals("0")) {
      add(
          subject,
          Outcome.FAILED,
          "the kernel allows ordinary users none",
          fix("kernel.unprivileged_userns_clone=1"));
    } else if (!works && sysctl("kernel/apparmor_restrict_unprivileged_userns").equals("1")) {
      add(
          subject,
          Outcome.WARNING,
          "AppArmor restricts them and Podman does not answer",
          "sudo apt install apparmor podman (their profile allows Podman), or "
              + fix("kernel.apparmor_restrict_unprivileged_userns=0"));
    } else {
      add(subject, Outcome.OK, "allowed", "");
    }
  }

  private static String fix(String setting) {
    return "echo "
        + setting
        + " | sudo tee /etc/sysctl.d/60-claw.conf && sudo sysctl -p /etc/sysctl.d/60-claw.conf";
  }

  /** Ranges as the files name them; only asked where Podman can't say what it really has. */
  private Optional<Check> ranges(String kind) {
    String user = options.environment().getOrDefault("USER", "");
    for (String file : List.of("etc/subuid", "etc/subgid")) {
      long most = 0;
      for (String line : read(file).lines().toList()) {
        String[] fields = line.split(":", -1);
        if (fields.length == 3 && fields[0].equals(user) && fields[2].matches("[0-9]{1,9}")) {
          most = Math.max(most, Long.parseLong(fields[2]));
        }
      }
      if (most < FEWEST_IDS) {
        return Optional.of(InfoChecks.tooFewIds(most, user));
      }
    }
    return Optional.of(new Check("sub" + kind + "s", Outcome.OK, "a range of each", ""));
  }

  private void linger() {
    if (!Files.isDirectory(root.resolve("run/systemd/system"))) {
      return;
    }
    String user = options.environment().getOrDefault("USER", "");
    boolean on =
        user.matches("[A-Za-z0-9_.-]+")
            && Files.exists(root.resolve("var/lib/systemd/linger").resolve(user));
    add(
        "linger",
        on ? Outcome.OK : Outcome.WARNING,
        on ? "on" : "off: systemd ends your agents when you log out",
        on ? "" : "loginctl enable-linger");
  }

  private void add(String subject, Outcome outcome, String found, String fix) {
    checks.add(new Check(subject, outcome, Quoted.visible(found), fix));
  }

  private String sysctl(String name) {
    return read("proc/sys/" + name).strip();
  }

  private String read(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      return "";
    }
  }

  /** What a program prints; empty where it can't be run. */
  private String output(String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().clear();
      builder.environment().putAll(options.environment());
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "does not answer";
      }
      return new String(process.getInputStream().readNBytes(1000), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
