package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  @ParameterizedTest
  @CsvSource({"alow, allow, 1", "raed, read, 1", "a, a, 0", "kitten, sitting, 3", "'', ab, 2"})
  void countsEdits(String a, String b, int edits) {
    assertThat(Nearest.distance(a, b)).isEqualTo(edits);
    assertThat(Nearest.distance(b, a)).isEqualTo(edits);
  }

  @Test
  void onlyWhatIsNear() {
    assertThat(Nearest.find("alow", List.of("allow", "deny"))).contains("allow");
    assertThat(Nearest.find("xyz", List.of("allow", "deny"))).isEmpty();
    assertThat(Nearest.find("", List.of("a"))).isEmpty();
    assertThat(Nearest.find("x".repeat(100_000), List.of("a"))).isEmpty();
  }
}
