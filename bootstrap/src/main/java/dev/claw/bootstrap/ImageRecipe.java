package dev.claw.bootstrap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The files from which the agent image is made. They travel in this module's jar. */
public final class ImageRecipe {

  /** In the order of their names, which the digest depends on. */
  static final List<String> FILES =
      List.of("build.sh", "claw-agent-init", "package-lock.json", "package.json", "versions.sh");

  /** The label that says from which recipe an image was made. */
  public static final String RECIPE_LABEL = "claw.recipe";

  /** The label that says which OpenClaw is in an image. */
  public static final String OPENCLAW_VERSION_LABEL = "claw.openclaw.version";

  /** The label that says which Node is in an image. */
  public static final String NODE_VERSION_LABEL = "claw.node.version";

  private static final List<String> PROGRAMS = List.of("build.sh", "claw-agent-init");
  private static final Pattern ASSIGNMENT =
      Pattern.compile("^([a-z_]+)=([A-Za-z0-9.+/=_-]+)$", Pattern.MULTILINE);

  private ImageRecipe() {}

  /**
   * SHA-256, in hexadecimal digits, over the {@code sha256sum} lines of the files: an image with
   * this value in its label {@value #RECIPE_LABEL} was made from exactly these.
   */
  public static String digest() {
    StringBuilder lines = new StringBuilder();
    for (String file : FILES) {
      lines.append(sha256(read(file))).append("  ").append(file).append('\n');
    }
    return sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The version of OpenClaw that the recipe installs. */
  public static String openclawVersion() {
    return version("openclaw_version");
  }

  /** The version of Node that the recipe installs. */
  public static String nodeVersion() {
    return version("node_version");
  }

  /** Writes the files into an existing folder, for its owner only. */
  static void writeTo(Path folder) throws IOException {
    for (String file : FILES) {
      Path target = folder.resolve(file);
      Files.write(target, read(file));
      Files.setPosixFilePermissions(
          target,
          PosixFilePermissions.fromString(PROGRAMS.contains(file) ? "rwx------" : "rw-------"));
    }
  }

  static byte[] read(String file) {
    try (InputStream stream = ImageRecipe.class.getResourceAsStream("image/" + file)) {
      if (stream == null) {
        throw new IllegalStateException("image recipe: " + file + " is missing from claw's jar");
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("image recipe: " + file + " can't be read from the jar", e);
    }
  }

  private static String version(String name) {
    Matcher matcher = ASSIGNMENT.matcher(new String(read("versions.sh"), StandardCharsets.UTF_8));
    while (matcher.find()) {
      if (name.equals(matcher.group(1))) {
        return String.valueOf(matcher.group(2));
      }
    }
    throw new IllegalStateException("image recipe: versions.sh does not set " + name);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
