package dev.claw.backend.podman;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The cgroup controllers that containers of the operator's can be limited with. */
final class Controllers {
  private Controllers() {}

  /**
   * Podman names those of the cgroup that its service happens to be in. Where systemd makes the
   * containers' cgroups these lie elsewhere below the user's manager, which hands on what it has as
   * soon as a limit asks for it, and until then not even its own services see all of it.
   *
   * @param host of Podman's {@code /info}
   * @param root of the file system; another one in tests
   */
  static Set<String> of(Json host, Path root) {
    Set<String> ofService = Set.copyOf(host.get("cgroupControllers").texts());
    if (!host.get("cgroupManager").text().equals("systemd")) {
      return ofService;
    }
    long uid =
        host.get("idMappings").get("uidmap").elements().stream()
            .filter(range -> range.get("container_id").number() == 0)
            .mapToLong(range -> range.get("host_id").number())
            .findFirst()
            .orElse(-1);
    Path manager =
        root.resolve("sys/fs/cgroup/user.slice")
            .resolve("user-" + uid + ".slice")
            .resolve("user@" + uid + ".service");
    try {
      return Set.copyOf(
          List.of(Files.readString(manager.resolve("cgroup.controllers")).strip().split(" ", -1)));
    } catch (IOException e) {
      return ofService;
    }
  }
}
