package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Mount;
import dev.claw.model.MountRules;
import dev.claw.model.Quoted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code container.mounts}: what an agent sees of the host beside its own folders. */
final class MountsSection {
  private static final int MOST = 64;

  private record Written(Fields fields, Scalar source, Mount mount) {}

  private final Fields container;
  private final CompileInput input;

  MountsSection(Fields container, CompileInput input) {
    this.container = container;
    this.input = input;
  }

  List<Mount> read() {
    List<Written> written = new ArrayList<>();
    for (Fields fields : container.maps("mounts")) {
      mount(fields).ifPresent(written::add);
    }
    if (written.size() > MOST) {
      container.error(
          container.at("mounts"), "mounts", "expected at most " + MOST + " mounts, found more");
    }
    for (int i = 0; i < written.size(); i++) {
      checkAgainst(i, written);
    }
    return written.stream().map(Written::mount).toList();
  }

  private Optional<Written> mount(Fields fields) {
    Optional<Scalar> source = fields.text("source", "a path on the host");
    Optional<Scalar> target = fields.text("target", "a path in the container");
    Map<String, Mount.Mode> modes = new LinkedHashMap<>();
    modes.put("ro", Mount.Mode.RO);
    modes.put("rw", Mount.Mode.RW);
    Mount.Mode mode = fields.word("mode", modes).orElse(Defaults.MOUNT_MODE);
    if (!fields.has("source")) {
      fields.missing("source", "source: ~/src/app");
    }
    if (!fields.has("target")) {
      fields.missing("target", "target: /workspace/app");
    }
    Optional<Path> real = source.flatMap(scalar -> realPath(fields, scalar));
    boolean goodTarget = target.isPresent() && isTarget(fields, target.get());
    if (real.isEmpty() || !goodTarget) {
      return Optional.empty();
    }
    return Optional.of(
        new Written(
            fields, source.get(), new Mount(real.get().toString(), target.get().text(), mode)));
  }

  private Optional<Path> realPath(Fields fields, Scalar source) {
    Optional<Path> path = HostPaths.parse(source.text(), input.home());
    if (path.isEmpty()) {
      fields.error(
          source.at(),
          "source",
          "expected an absolute path or one that starts with ~/, without '..', found "
              + source.described()
              + (source.text().contains("$") ? "; variables are not expanded" : ""));
      return Optional.empty();
    }
    HostFiles.Found found = input.files().look(path.get());
    Path home = input.files().look(input.home()).realPath();
    Path clawHome = input.files().look(input.clawHome()).realPath();
    Optional<String> refused = MountRules.refuse(found.realPath(), found.kind(), home, clawHome);
    // The name that was written may be a link's: both it and what it leads to are judged.
    if (refused.isEmpty()) {
      refused = MountRules.refuse(path.get(), found.kind(), home, clawHome);
    }
    boolean link = !found.realPath().equals(path.get());
    if (refused.isPresent()) {
      fields.error(
          source.at(),
          "source",
          source.described()
              + (link ? ", a link to " + Quoted.of(found.realPath().toString()) + "," : "")
              + " can't be mounted: it "
              + refused.get());
      return Optional.empty();
    }
    if (link) {
      fields.warning(
          source.at(),
          "source",
          source.described()
              + " goes through a link; what is mounted is "
              + Quoted.of(found.realPath().toString()));
    }
    return Optional.of(found.realPath());
  }

  private static boolean isTarget(Fields fields, Scalar target) {
    try {
      ContainerPaths.checkTarget(target.text());
      return true;
    } catch (InvalidValueException e) {
      fields.error(target.at(), "target", e.getMessage());
      return false;
    }
  }

  private static void checkAgainst(int index, List<Written> all) {
    Written one = all.get(index);
    Path target = Path.of(one.mount().target());
    List<Mount> others = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (i == index) {
        continue;
      }
      Mount other = all.get(i).mount();
      others.add(other);
      String clash = "";
      if (target.equals(Path.of(other.target()))) {
        // Of two equal ones the second is the one to mend.
        clash = i < index ? " is a target twice" : "";
      } else if (target.startsWith(other.target())) {
        clash = " is inside another mount, " + other.target();
      }
      if (!clash.isEmpty()) {
        one.fields()
            .error(
                one.fields().at("target"),
                "target",
                Quoted.of(one.mount().target()) + clash + "; use separate targets");
      }
    }
    MountRules.refuseInside(Path.of(one.mount().source()), others)
        .ifPresent(
            why ->
                one.fields()
                    .error(
                        one.source().at(),
                        "source",
                        one.source().described() + " can't be mounted: it " + why));
  }
}
