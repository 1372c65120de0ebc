import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Assembles the distribution: {@code claw/} with a jlinked runtime, the jars, SQLite's library, a class-data archive made
 * for exactly these jars, the launcher and the man pages; and a tarball of it. Run by Maven with the JDK that the runtime
 * is linked from: {@code java Assemble.java TARGET SOURCES VERSION}.
 */
final class Assemble {
  // Found with jdeps; java.net.http calls Telegram; java.naming and java.management are BouncyCastle's and SQLite's wish, java.sql drags in java.xml.
  private static final String MODULES = "java.base,java.logging,java.naming,java.net.http,java.sql,jdk.net,jdk.unsupported";

  private final Path target;
  private final Path sources;
  private final Path home;
  private final Path lib;

  private Assemble(Path target, Path sources) {
    this.target = target;
    this.sources = sources;
    this.home = target.resolve("claw");
    this.lib = home.resolve("lib");
  }

  public static void main(String[] arguments) throws Exception {
    Assemble assemble = new Assemble(Path.of(arguments[0]), Path.of(arguments[1]));
    assemble.run(arguments[2]);
  }

  private void run(String version) throws Exception {
    delete(home);
    Files.createDirectories(lib);
    rebuildPicocli();
    List<String> classPath = copyJars();
    extractSqlite();
    linkRuntime();
    launcher(classPath);
    archive(classPath);
    tarball(version);
  }

  /**
   * picocli's own jar has class files of Java 5, which the JVM refuses to put into an archive of class data; loading and
   * verifying them takes longer than parsing a command line.
   */
  private void rebuildPicocli() throws Exception {
    Path jar = only(target.resolve("sources"), "picocli-");
    Path unpacked = target.resolve("picocli/src");
    Path classes = target.resolve("picocli/classes");
    delete(unpacked.getParent());
    Files.createDirectories(unpacked);
    Files.createDirectories(classes);
    in(unpacked, "jar", "--extract", "--file", jar.toString());
    try (Stream<Path> files = Files.list(unpacked.resolve("picocli"))) {
      List<String> arguments = new ArrayList<>(List.of("--release", "25", "-nowarn", "-Xlint:none", "-proc:none", "-d", classes.toString()));
      files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().forEach(arguments::add);
      tool("javac", arguments);
    }
    Path original = only(target.resolve("jars"), "picocli-");
    tool("jar", List.of("--create", "--date=2026-11-21T00:00:00Z", "--file", lib.resolve(original.getFileName()).toString(), "-C", classes.toString(), "."));
  }

  /** claw's own jars first, since every command starts there. */
  private List<String> copyJars() throws IOException {
    try (Stream<Path> jars = Files.list(target.resolve("jars"))) {
      List<Path> sorted =
          jars.sorted(
                  Comparator.comparing((Path jar) -> !jar.getFileName().toString().startsWith("claw-"))
                      .thenComparing(jar -> jar.getFileName().toString()))
              .toList();
      for (Path jar : sorted) {
        Path copy = lib.resolve(jar.getFileName());
        if (!Files.exists(copy)) {
          Files.copy(jar, copy, StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
      return sorted.stream().map(jar -> jar.getFileName().toString()).toList();
    }
  }

  /** Otherwise every command that opens the database would unpack it into a temporary folder first. */
  private void extractSqlite() throws Exception {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    String entry = "org/sqlite/native/Linux/" + machine + "/libsqlitejdbc.so";
    Path unpacked = target.resolve("sqlite");
    delete(unpacked);
    Files.createDirectories(unpacked);
    in(unpacked, "jar", "--extract", "--file", only(lib, "sqlite-jdbc-").toString(), entry);
    Files.move(unpacked.resolve(entry), lib.resolve("libsqlitejdbc.so"));
  }

  private void linkRuntime() {
    tool(
        "jlink",
        List.of("--add-modules", MODULES, "--no-header-files", "--no-man-pages", "--generate-cds-archive", "--output", home.resolve("runtime").toString()));
  }

  private void launcher(List<String> classPath) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    String text = Files.readString(sources.resolve("claw"));
    String jars = classPath.stream().map(jar -> "$lib/" + jar).collect(Collectors.joining(":"));
    Path launcher = Files.writeString(bin.resolve("claw"), text.replace("@CLASS_PATH@", jars));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Rehearses typical commands, notes which classes they load, and archives those. */
  private void archive(List<String> classPath) throws Exception {
    String path = classPath.stream().map(jar -> lib.resolve(jar).toString()).collect(Collectors.joining(":"));
    Path rehearsal = target.resolve("rehearsal");
    delete(rehearsal);
    Files.createDirectories(rehearsal);
    tool("javac", List.of("--release", "25", "-proc:none", "-cp", path, "-d", rehearsal.toString(), sources.resolve("Rehearsal.java").toString()));
    String java = home.resolve("runtime/bin/java").toString();
    Path classes = target.resolve("classes.list");
    Path scratch = Files.createTempDirectory("claw-rehearsal"); // short, since a socket's path may not be long
    try {
      process(java, "-Xshare:off", "-XX:DumpLoadedClassList=" + classes, "-Dorg.sqlite.lib.path=" + lib, "-Dorg.sqlite.lib.name=libsqlitejdbc.so",
          "--enable-native-access=ALL-UNNAMED", "-cp", path + ":" + rehearsal, "dev.claw.cli.Rehearsal", scratch.toString());
    } finally {
      delete(scratch);
    }
    process(java, "-Xshare:dump", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-Xlog:disable", "-Xlog:all=error:stderr", "-XX:SharedClassListFile=" + classes,
        "-XX:SharedArchiveFile=" + lib.resolve("claw.jsa"), "-cp", path);
  }

  private void tarball(String version) throws Exception {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
    process("tar", "--create", "--gzip", "--file", target.resolve("claw-" + version + "-linux-" + machine + ".tar.gz").toString(),
        "--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--directory", target.toString(), "claw");
  }

  private static Path only(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .findFirst()
          .orElseThrow(() -> new IOException(folder + ": expected a file " + prefix + "*, found none"));
    }
  }

  private static void tool(String name, List<String> arguments) {
    int status = ToolProvider.findFirst(name).orElseThrow().run(System.out, System.err, arguments.toArray(String[]::new));
    if (status != 0) {
      throw new IllegalStateException(name + " ended with " + status);
    }
  }

  private static void in(Path folder, String... command) throws Exception {
    Path tools = Path.of(System.getProperty("java.home"), "bin");
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, tools.resolve(words.getFirst()).toString());
    run(new ProcessBuilder(words).directory(folder.toFile()));
  }

  private static void process(String... command) throws Exception {
    run(new ProcessBuilder(command));
  }

  private static void run(ProcessBuilder builder) throws Exception {
    Map<String, String> environment = builder.environment();
    environment.remove("JAVA_TOOL_OPTIONS");
    int status = builder.inheritIO().start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(builder.command().getFirst() + " ended with " + status);
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      files.sorted(Comparator.reverseOrder()).forEach(Assemble::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
