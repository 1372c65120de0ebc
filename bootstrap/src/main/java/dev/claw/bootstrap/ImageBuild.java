package dev.claw.bootstrap;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Builds the agent image with the recipe's own script, as a child process.
 *
 * <p>An interrupted build ends all that it started and leaves no image, name or temporary folder.
 */
public final class ImageBuild {

  /** What the script and the programs that it runs may know of the caller's environment. */
  private static final Set<String> PASSED =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "XDG_RUNTIME_DIR",
          "XDG_CONFIG_HOME",
          "XDG_DATA_HOME",
          "DBUS_SESSION_BUS_ADDRESS",
          "CONTAINERS_CONF",
          "CONTAINERS_STORAGE_CONF",
          "npm_config_registry",
          "http_proxy",
          "https_proxy",
          "no_proxy",
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "NO_PROXY");

  private static final int LOG_LINES_IN_ERROR = 12;

  /** How long the script may take to undo what it has begun. */
  private static final Duration UNDO = Duration.ofSeconds(60);

  private final Map<String, String> environment;
  private final Path temporaryFolder;
  private final RecipeWriter recipe;

  /** Puts the recipe into a folder that has just been made. */
  @FunctionalInterface
  interface RecipeWriter {
    void writeTo(Path folder) throws IOException;
  }

  /**
   * A build for the user whom this process runs as.
   *
   * @param environment of the caller; {@code PATH}, {@code HOME}, {@code XDG_RUNTIME_DIR}, proxies
   *     and {@code npm_config_registry} are used from it
   * @param temporaryFolder where the recipe is unpacked while the build runs
   */
  public ImageBuild(Map<String, String> environment, Path temporaryFolder) {
    this(environment, temporaryFolder, ImageRecipe::writeTo);
  }

  ImageBuild(Map<String, String> environment, Path temporaryFolder, RecipeWriter recipe) {
    this.environment = Map.copyOf(environment);
    this.temporaryFolder = temporaryFolder;
    this.recipe = recipe;
  }

  /**
   * Builds the image and gives it its names, or finds that an earlier build has made it.
   *
   * @throws ImageBuildException if it failed; says why, and what to do
   * @throws InterruptedException if the thread was interrupted; everything is undone by then
   */
  public BuiltImage run(ImageBuildOptions options, ImageBuildListener listener)
      throws ImageBuildException, InterruptedException {
    try {
      prepareLog(options.logFile());
      Path folder = Files.createTempDirectory(temporaryFolder, "claw-recipe-");
      try {
        recipe.writeTo(folder);
        return runScript(folder, options, listener);
      } finally {
        deleteFolder(folder);
      }
    } catch (IOException e) {
      throw new ImageBuildException(
          "image build: could not prepare: " + e + "; check the disk and the folder's owner",
          options.logFile(),
          List.of());
    }
  }

  private BuiltImage runScript(Path folder, ImageBuildOptions options, ImageBuildListener listener)
      throws IOException, ImageBuildException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(arguments(folder.resolve("build.sh"), options))
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(options.logFile().toFile()));
    builder.environment().clear();
    builder.environment().putAll(passedOn());
    Process process = builder.start();
    try {
      Outcome outcome = follow(process, listener);
      int exit = process.waitFor();
      if (exit == 0 && outcome.image().isPresent()) {
        BuildMessage.Image image = outcome.image().get();
        return new BuiltImage(image.id(), image.digest(), outcome.reused());
      }
      throw failure(exit, outcome.problems(), options.logFile());
    } finally {
      stop(process);
    }
  }

  private record Outcome(
      Optional<BuildMessage.Image> image, boolean reused, List<String> problems) {}

  /** Reading a pipe can't be interrupted, waiting on a queue can: so another thread reads. */
  private static Outcome follow(Process process, ImageBuildListener listener)
      throws InterruptedException {
    BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    Thread.ofVirtual()
        .name("image-build-output")
        .start(
            () -> {
              try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  lines.add(Optional.of(line));
                }
              } catch (IOException e) {
                // The stream ends with the process; its exit status says how.
              } finally {
                lines.add(Optional.empty());
              }
            });
    Optional<BuildMessage.Image> image = Optional.empty();
    boolean reused = false;
    List<String> problems = new ArrayList<>();
    for (Optional<String> line = lines.take(); line.isPresent(); line = lines.take()) {
      switch (BuildMessage.parse(line.get()).orElse(null)) {
        case BuildMessage.Step step -> listener.step(step.number(), step.of(), step.text());
        case BuildMessage.Problem problem -> problems.add(problem.text());
        case BuildMessage.Image found -> image = Optional.of(found);
        case BuildMessage.Reused found -> reused = found.reused();
        case null -> problems.add("unexpected output: " + PlainText.of(line.get()));
      }
    }
    return new Outcome(image, reused, problems);
  }

  private static ImageBuildException failure(int exit, List<String> problems, Path logFile) {
    String why =
        problems.isEmpty()
            ? "the script ended with status " + exit + "; the log has its words"
            : String.join("\n  ", problems);
    return new ImageBuildException(
        "image build: " + why, logFile, PlainText.lastLines(logFile, LOG_LINES_IN_ERROR));
  }

  private static List<String> arguments(Path script, ImageBuildOptions options) {
    List<String> arguments = new ArrayList<>(List.of("/bin/bash", script.toString()));
    arguments.addAll(List.of("--cache", options.cacheFolder().toString()));
    arguments.addAll(List.of("--log", options.logFile().toString()));
    for (String tag : options.tags()) {
      arguments.addAll(List.of("--tag", tag));
    }
    if (options.source() instanceof ImageSource.OnImage(String name)) {
      arguments.addAll(List.of("--base", name));
    }
    if (options.noCache()) {
      arguments.add("--no-cache");
    }
    return arguments;
  }

  private Map<String, String> passedOn() {
    Map<String, String> passed = new TreeMap<>(environment);
    passed.keySet().retainAll(PASSED);
    return passed;
  }

  private static void prepareLog(Path logFile) throws IOException {
    Files.createDirectories(logFile.toAbsolutePath().getParent());
    Files.deleteIfExists(logFile);
    Files.createFile(
        logFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /**
   * Ends the script and all below it. SIGTERM first: the script knows what it has to undo. Does not
   * end early when the thread is interrupted, because nothing may be left behind.
   */
  private static void stop(Process process) {
    boolean interrupted = false;
    List<ProcessHandle> below = process.descendants().toList();
    process.destroy();
    long end = System.nanoTime() + UNDO.toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      try {
        if (process.waitFor(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    below.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void deleteFolder(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
