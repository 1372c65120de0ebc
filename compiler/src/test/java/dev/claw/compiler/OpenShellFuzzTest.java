package dev.claw.compiler;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any bytes: either a template that compiles, or problems say why not. */
class OpenShellFuzzTest {
  @FuzzTest(maxDuration = "5m")
  void importsOrSaysWhy(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    switch (OpenShellImport.of(new TemplateSource("policy", "policy.yaml", text), "imported")) {
      case OpenShellImport.Imported imported -> {
        imported.notes().forEach(OpenShellFuzzTest::check);
        if (Fixture.compile(imported.template()) instanceof Compilation.Rejected rejected) {
          throw new AssertionError(imported.template() + rejected.problems());
        }
      }
      case OpenShellImport.Rejected rejected -> {
        rejected.problems().forEach(OpenShellFuzzTest::check);
        if (rejected.problems().isEmpty()) {
          throw new AssertionError("refused without a reason");
        }
      }
    }
  }

  private static void check(Problem problem) {
    if (problem.toString().chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new AssertionError("unfit for a terminal: " + problem);
    }
  }
}
