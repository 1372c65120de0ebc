package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file in {@code rejected} has one defect, which is its name, and beside it all that claw says
 * of it. After a wanted change, run with {@code -Dgolden.update=true}, and read the difference.
 */
class RejectedTemplatesTest {
  private static final Path FOLDER = Path.of("src/test/resources/rejected");

  static List<String> defects() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .map(name -> name.replace(".yaml", ""))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("defects")
  void saysWhatIsWrong(String defect) throws IOException {
    Compilation compilation = Fixture.compile(Files.readString(FOLDER.resolve(defect + ".yaml")));
    assertThat(compilation).isInstanceOf(Compilation.Rejected.class);
    List<Problem> problems = ((Compilation.Rejected) compilation).problems();
    assertThat(problems).anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
    Path expected = FOLDER.resolve(defect + ".expected");
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(expected, Fixture.rendered(problems));
    }
    assertThat(Fixture.rendered(problems)).isEqualTo(Files.readString(expected));
  }

  @Test
  void everyMessageHasItsTemplate() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.filter(file -> file.toString().endsWith(".expected")))
          .hasSameSizeAs(defects());
    }
  }

  @Test
  void aFileOfTenMegabytesIsNotParsed() {
    String text = Fixture.template("description: x\n") + "# x\n".repeat(2_621_440);
    assertThat(Fixture.problems(text)).isEqualTo("t.yaml: expected at most 1 MiB, found more\n");
  }
}
