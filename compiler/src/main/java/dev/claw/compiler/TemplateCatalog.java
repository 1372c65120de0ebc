package dev.claw.compiler;

import dev.claw.compiler.Problem.Severity;
import dev.claw.compiler.TemplateSummary.Origin;
import dev.claw.compiler.YamlNode.Mapping;
import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.AgentName;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The built-in templates and, in front of them, the user's own: the files {@code NAME.yaml} of one
 * folder, each calling itself NAME. Links are not followed, so that nobody who can write there
 * makes claw read elsewhere.
 */
public final class TemplateCatalog {
  private static final String BUILT_IN = "/dev/claw/templates/";
  private static final String SUFFIX = ".yaml";
  private static final int MOST_FILES = 1000;

  private final Path userFolder;

  /**
   * @param userFolder holds {@code NAME.yaml} files; need not exist
   */
  public TemplateCatalog(Path userFolder) {
    this.userFolder = userFolder;
  }

  /** All templates by name, also those that can't be used. */
  public List<TemplateSummary> list() {
    Set<String> own = userNames();
    Set<String> builtIn = builtInNames();
    List<TemplateSummary> summaries = new ArrayList<>();
    for (String name : names()) {
      summaries.add(summary(name, own.contains(name), builtIn.contains(name)));
    }
    return List.copyOf(summaries);
  }

  private TemplateSummary summary(String name, boolean own, boolean builtIn) {
    Origin origin = own ? Origin.USER : Origin.BUILT_IN;
    String path = own ? userFile(name).toString() : name + SUFFIX;
    try {
      TemplateSource source = own ? readNamed(name) : readBuiltIn(name);
      Problems problems = new Problems();
      Optional<Mapping> root = PositionedYaml.parse(source.path(), source.text(), problems);
      String description =
          root.flatMap(map -> map.find("description"))
              .map(entry -> entry.value() instanceof Scalar scalar ? scalar.text() : "")
              .orElse("");
      return new TemplateSummary(
          name, description, origin, path, own && builtIn, firstError(problems.sorted()));
    } catch (TemplateException e) {
      return new TemplateSummary(name, "", origin, path, own && builtIn, firstError(e.problems()));
    }
  }

  private static String firstError(List<Problem> problems) {
    return problems.stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .map(Problem::toString)
        .findFirst()
        .orElse("");
  }

  /** The names of all templates. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(userNames());
    names.addAll(builtInNames());
    return names;
  }

  /**
   * The template of this name, the user's own before the built-in.
   *
   * @throws TemplateException where there is one that can't be read
   */
  public Optional<TemplateSource> find(String name) throws TemplateException {
    if (!isName(name)) {
      return Optional.empty();
    }
    if (Files.exists(userFile(name), LinkOption.NOFOLLOW_LINKS)) {
      return Optional.of(readNamed(name));
    }
    return builtInNames().contains(name) ? Optional.of(readBuiltIn(name)) : Optional.empty();
  }

  /** The name that a person may have meant. */
  public Optional<String> nearest(String name) {
    return Nearest.find(name, names());
  }

  /**
   * Reads a template from a file outside the catalog; its name is what it says itself.
   *
   * @throws TemplateException where it can't be read
   */
  public static TemplateSource read(Path file) throws TemplateException {
    // It may be a link, or a pipe such as a shell's <(…); any other pipe waits for a writer
    // forever.
    if (Files.exists(file)
        && !Files.isRegularFile(file)
        && !file.startsWith("/dev")
        && !file.startsWith("/proc")) {
      throw unreadable(
          file.toString(),
          "expected a file, found a "
              + (Files.isDirectory(file) ? "folder" : "pipe or socket")
              + "; name a file, or a template of 'claw templates list'");
    }
    String text = text(file, Set.of(StandardOpenOption.READ));
    return new TemplateSource(TemplateChain.nameOf(text), file.toString(), text);
  }

  private TemplateSource readNamed(String name) throws TemplateException {
    Path file = userFile(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw unreadable(file.toString(), "expected a regular file, found a link or something else");
    }
    String text = text(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    String inside = TemplateChain.nameOf(text);
    // A file that does not parse has no name; its own problems say more.
    if (!inside.isEmpty() && !inside.equals(name)) {
      throw unreadable(
          file.toString(),
          "expected the name of the file, name: "
              + name
              + ", found "
              + Quoted.of(inside)
              + "; rename one of them");
    }
    return new TemplateSource(name, file.toString(), text);
  }

  private static String text(Path file, Set<? extends java.nio.file.OpenOption> options)
      throws TemplateException {
    try (InputStream in = Channels.newInputStream(Files.newByteChannel(file, options))) {
      byte[] bytes = in.readNBytes(YamlText.LARGEST + 1);
      if (bytes.length > YamlText.LARGEST) {
        throw unreadable(file.toString(), "expected at most 1 MiB, found more");
      }
      return decode(bytes);
    } catch (CharacterCodingException e) {
      throw unreadable(file.toString(), "expected UTF-8, found other bytes; save it as UTF-8");
    } catch (NoSuchFileException e) {
      throw unreadable(
          file.toString(),
          "can't be read: no such file; 'claw templates list' shows the templates");
    } catch (AccessDeniedException e) {
      throw unreadable(file.toString(), "can't be read: permission denied");
    } catch (IOException e) {
      throw unreadable(
          file.toString(), "can't be read: " + Quoted.visible(String.valueOf(e.getMessage())));
    }
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  private static TemplateException unreadable(String path, String message) {
    return new TemplateException(List.of(new Problem(path, 0, 0, Severity.ERROR, message)));
  }

  private Path userFile(String name) {
    return userFolder.resolve(name + SUFFIX);
  }

  private Set<String> userNames() {
    Set<String> names = new TreeSet<>();
    if (!Files.isDirectory(userFolder)) {
      return names;
    }
    try (Stream<Path> files = Files.list(userFolder)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(SUFFIX))
          .map(file -> file.substring(0, file.length() - SUFFIX.length()))
          .filter(TemplateCatalog::isName)
          .limit(MOST_FILES)
          .forEach(names::add);
    } catch (IOException | UncheckedIOException e) {
      // Whoever asks for one of them by name is told why it can't be read.
      return names;
    }
    return names;
  }

  private static boolean isName(String text) {
    try {
      AgentName.parse(text);
      return true;
    } catch (InvalidValueException e) {
      return false;
    }
  }

  private static Set<String> builtInNames() {
    return new TreeSet<>(resource("index").lines().filter(line -> !line.isBlank()).toList());
  }

  private static TemplateSource readBuiltIn(String name) {
    return new TemplateSource(name, name + SUFFIX, resource(name + SUFFIX));
  }

  private static String resource(String name) {
    try (InputStream in = TemplateCatalog.class.getResourceAsStream(BUILT_IN + name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + BUILT_IN + name + " is missing from claw");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
