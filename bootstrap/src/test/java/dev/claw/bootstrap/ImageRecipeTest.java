package dev.claw.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageRecipeTest {

  @TempDir Path folder;

  @Test
  void writesEveryFileOfTheRecipe() throws Exception {
    ImageRecipe.writeTo(folder);

    try (Stream<Path> written = Files.list(folder);
        Stream<Path> resources =
            Files.list(
                Path.of(ImageRecipe.class.getResource("image/build.sh").toURI()).getParent())) {
      assertThat(written.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              resources.map(file -> file.getFileName().toString()).toList())
          .containsExactlyInAnyOrderElementsOf(ImageRecipe.FILES);
    }
    assertThat(ImageRecipe.FILES).isSorted();
    assertThat(folder.resolve("build.sh")).isExecutable();
  }

  @Test
  void hasTheDigestThatTheScriptPutsIntoTheLabel() throws Exception {
    ImageRecipe.writeTo(folder);

    String script =
        "digest_of() { sha256sum | cut -d ' ' -f 1; }; recipe=$1; "
            + function("recipe_digest")
            + "; recipe_digest";
    Process process =
        new ProcessBuilder("bash", "-euc", script, "bash", folder.toString())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
        .isEqualTo(ImageRecipe.digest());
  }

  @Test
  void pinsOneOpenClawEverywhere() {
    String version = ImageRecipe.openclawVersion();

    assertThat(text("package.json")).contains("\"openclaw\": \"" + version + "\"");
    assertThat(text("package-lock.json"))
        .containsPattern(
            "\"node_modules/openclaw\": \\{\\s+\"version\": \"" + Pattern.quote(version) + "\"");
    assertThat(ImageRecipe.nodeVersion()).matches("24\\.\\d+\\.\\d+");
  }

  @Test
  void locksEveryPackageByItsContentAndNamesNoRegistry() {
    String lock = text("package-lock.json");

    assertThat(lock).doesNotContain("\"resolved\"").doesNotContain("registry.");
    long packages = count(lock, "^    \"node_modules/");
    long inBundle = count(lock, "^      \"inBundle\": true");
    assertThat(count(lock, "^      \"integrity\": \"sha512-")).isEqualTo(packages - inBundle);
    assertThat(packages).isGreaterThan(300);
  }

  private static long count(String text, String regex) {
    return Pattern.compile(regex, Pattern.MULTILINE).matcher(text).results().count();
  }

  private static String function(String name) {
    return Pattern.compile("^" + name + "\\(\\) \\{.*\\}$", Pattern.MULTILINE)
        .matcher(text("build.sh"))
        .results()
        .map(MatchResult::group)
        .findFirst()
        .orElseThrow();
  }

  private static String text(String file) {
    return new String(ImageRecipe.read(file), StandardCharsets.UTF_8);
  }
}
