package dev.claw.compiler;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/**
 * Any bytes: either they compile, or problems say why; nothing else comes out. The build replays
 * the known inputs; {@code JAZZER_FUZZ=1} looks for new ones.
 */
class TemplateFuzzTest {
  @FuzzTest(maxDuration = "5m")
  void compilesOrSaysWhy(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    check(Fixture.compile(text));
    check(Fixture.compile(Fixture.template(text)));
    try {
      check(Fixture.COMPILER.compile(TemplateSnapshot.parse("template.yaml", text), Fixture.INPUT));
    } catch (TemplateException e) {
      if (e.problems().isEmpty()) {
        throw new AssertionError("refused without a reason", e);
      }
    }
  }

  private static void check(Compilation compilation) {
    switch (compilation) {
      case Compilation.Rejected rejected -> {
        if (rejected.problems().isEmpty() || rejected.problems().size() > 101) {
          throw new AssertionError(rejected.problems().size() + " problems");
        }
        for (Problem problem : rejected.problems()) {
          if (problem.toString().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new AssertionError("unfit for a terminal: " + problem);
          }
        }
      }
      case Compilation.Compiled compiled -> {
        if (compiled.policy().openclawJson().isEmpty()) {
          throw new AssertionError("compiled to nothing");
        }
      }
    }
  }
}
