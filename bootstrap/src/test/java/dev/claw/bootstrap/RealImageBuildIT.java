package dev.claw.bootstrap;

import static dev.claw.bootstrap.RootlessPodman.podman;
import static dev.claw.bootstrap.RootlessPodman.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.claw.bootstrap.RootlessPodman.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe's own script where something is missing, and where it is cut short. */
class RealImageBuildIT {

  private static final String TAG = "localhost/claw-build-it-" + ProcessHandle.current().pid();

  @TempDir Path root;

  @BeforeAll
  static void podmanWorks() throws Exception {
    RootlessPodman.require();
  }

  @Test
  void namesWhatIsMissingAndTheCommandThatInstallsIt() throws Exception {
    Path bin = Files.createDirectory(root.resolve("bin"));
    for (Path folder : List.of(Path.of("/usr/bin"), Path.of("/bin"))) {
      try (Stream<Path> programs = Files.list(folder)) {
        for (Path program : programs.toList()) {
          Path link = bin.resolve(program.getFileName());
          if (!Set.of("mmdebstrap", "curl").contains(link.getFileName().toString())
              && !Files.exists(link)) {
            Files.createSymbolicLink(link, program);
          }
        }
      }
    }
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PATH", bin.toString());

    ImageBuildException failure =
        catchThrowableOfType(
            ImageBuildException.class,
            () -> new ImageBuild(environment, root).run(options(debian()), (n, of, text) -> {}));

    try (Stream<Path> links = Files.list(bin)) {
      for (Path link : links.toList()) {
        Files.delete(link);
      }
    }
    assertThat(failure)
        .hasMessage(
            "image build: not installed: curl mmdebstrap\n"
                + "  to install: sudo apt-get install curl mmdebstrap");
  }

  @Test
  void namesABaseImageThatIsNotThere() {
    ImageSource absent = new ImageSource.OnImage("localhost/no-such-image:1");

    ImageBuildException failure =
        catchThrowableOfType(
            ImageBuildException.class,
            () -> new ImageBuild(System.getenv(), root).run(options(absent), (n, of, text) -> {}));

    assertThat(failure)
        .hasMessageContaining("localhost/no-such-image:1")
        .hasMessageContaining("podman pull");
  }

  @Test
  void buildsOnAnImageWithTheSameLayers() throws Exception {
    // Made here, because no registry need be in reach: the agent image itself is a Debian with
    // apt-get.
    Path cache = Path.of(System.getenv("HOME"), ".cache/claw/image");
    build(new ImageSource.DebianPackages(), cache, TAG + "-base");
    try {
      BuiltImage image = build(new ImageSource.OnImage(TAG + "-base"), cache, TAG);

      assertThat(image.reused()).isFalse();
      assertThat(build(new ImageSource.OnImage(TAG + "-base"), cache, TAG))
          .isEqualTo(new BuiltImage(image.id(), image.digest(), true));
      Result started =
          podman(
              "run",
              "--rm",
              "--userns=keep-id",
              "--network=none",
              "--read-only",
              "--entrypoint=/bin/sh",
              image.id(),
              "-c",
              "id -u; openclaw --version; find / -xdev ! -type l -perm /6000 2>/dev/null");
      assertThat(started.output().lines())
          .satisfiesExactly(
              uid -> assertThat(uid).isEqualTo(run("id", "-u").output().strip()),
              version -> assertThat(version).contains(ImageRecipe.openclawVersion()));
    } finally {
      podman("rmi", "--ignore", TAG, TAG + "-base");
    }
    assertNothingIsLeft();
  }

  private BuiltImage build(ImageSource source, Path cache, String tag) throws Exception {
    ImageBuildOptions options =
        new ImageBuildOptions(
            List.of(tag),
            source,
            false,
            cache,
            Path.of("target/base-image-build.log").toAbsolutePath());
    return new ImageBuild(System.getenv(), root).run(options, (number, of, text) -> {});
  }

  @Test
  void refusesAPackageThatIsNotTheOneThatWasPinned() throws Exception {
    // A registry that answers every request, with the wrong bytes.
    try (var registry = new WrongRegistry()) {
      Map<String, String> environment = new HashMap<>(System.getenv());
      environment.put("npm_config_registry", registry.url());
      seedDebianLayer();

      ImageBuildException failure =
          catchThrowableOfType(
              ImageBuildException.class,
              () -> new ImageBuild(environment, root).run(options(debian()), (n, of, t) -> {}));

      assertThat(failure).hasMessageContaining("expected sha512-").hasMessageContaining("another");
    }
    assertNothingIsLeft();
  }

  @Test
  void interruptedWhileDebianIsMadeItLeavesNothing() throws Exception {
    CountDownLatch debian = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread builder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    new ImageBuild(System.getenv(), root)
                        .run(
                            options(debian()),
                            (number, of, text) -> {
                              if (number == 2) {
                                debian.countDown();
                              }
                            });
                  } catch (Exception e) {
                    thrown.set(e);
                  } finally {
                    debian.countDown();
                  }
                });
    debian.await();
    // Well inside: mmdebstrap has its folder, with files of subordinate ids in it.
    while (builder.isAlive() && workFolders().stream().noneMatch(RealImageBuildIT::hasRootfs)) {
      Thread.onSpinWait();
    }

    builder.interrupt();
    builder.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertNothingIsLeft();
  }

  @Test
  void interruptedWhileTheLayersAreCopiedItLeavesNothing() throws Exception {
    // The layers of the real image, with another first process: a new image that is made in
    // seconds.
    ImageBuild.RecipeWriter changed =
        folder -> {
          ImageRecipe.writeTo(folder);
          Files.writeString(
              folder.resolve("claw-agent-init"), "# " + TAG + "\n", StandardOpenOption.APPEND);
        };
    ImageBuildOptions options =
        new ImageBuildOptions(
            List.of(TAG),
            debian(),
            false,
            Path.of(System.getenv("HOME"), ".cache/claw/image"),
            Path.of("target/interrupted-image-build.log").toAbsolutePath());

    Throwable thrown =
        catchThrowable(
            () ->
                new ImageBuild(System.getenv(), root, changed)
                    .run(
                        options,
                        (number, of, text) -> {
                          if (number == 7) {
                            Thread.currentThread().interrupt();
                          }
                        }));

    assertThat(thrown).isInstanceOf(InterruptedException.class);
    assertNothingIsLeft();
    assertThat(podman("ps", "--all", "--external").output()).doesNotContain("claw-image-");
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(workFolders()).isEmpty();
    assertThat(podman("image", "exists", TAG).exit()).isEqualTo(1);
    // The name that an image has while it is not finished.
    assertThat(podman("images", "--all").output()).doesNotContain("/var/tmp/claw-image-");
    try (Stream<Path> left = Files.list(root)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .noneMatch(name -> name.startsWith("claw-recipe-"));
    }
  }

  /** The folders in which this user's builds work. */
  private List<Path> workFolders() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("/var/tmp"))) {
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith("claw-image-"))
          .filter(RealImageBuildIT::isMine)
          .toList();
    }
  }

  private static boolean isMine(Path folder) {
    try {
      return Files.getOwner(folder).getName().equals(System.getProperty("user.name"));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean hasRootfs(Path work) {
    try (Stream<Path> inside = Files.list(work.resolve("debian"))) {
      return inside.findAny().isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** The layer that another build made, so that this one comes to the packages at once. */
  private void seedDebianLayer() throws Exception {
    Path layers = Files.createDirectories(root.resolve("cache/layers"));
    Path made = Path.of(System.getenv("HOME"), ".cache/claw/image/layers");
    if (Files.isDirectory(made)) {
      run("bash", "-c", "ln -s \"$1\"/debian-* \"$2\"", "bash", made.toString(), layers.toString());
    }
  }

  private static ImageSource debian() {
    return new ImageSource.DebianPackages();
  }

  private ImageBuildOptions options(ImageSource source) {
    return new ImageBuildOptions(
        List.of(TAG),
        source,
        false,
        root.resolve("cache"),
        Path.of("target/real-image-build.log").toAbsolutePath());
  }
}
