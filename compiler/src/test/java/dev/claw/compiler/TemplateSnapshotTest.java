package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.CompiledPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TemplateSnapshotTest {
  private static String rejected(String snapshot) throws TemplateException {
    Compilation compilation =
        new PolicyCompiler()
            .compile(TemplateSnapshot.parse("template.yaml", snapshot), Fixture.INPUT);
    return Fixture.rendered(((Compilation.Rejected) compilation).problems());
  }

  @Test
  void keepsCommentsAndCompilesToTheSame() throws Exception {
    CompiledPolicy first =
        Fixture.compiled("# why\n---\napiVersion: claw/v1\r\nname: t\r\nextends: coder\r\n\n\n");
    assertThat(first.templateYaml()).startsWith("# why\n\napiVersion: claw/v1\nname: t\n");
    Compilation again =
        new PolicyCompiler()
            .compile(TemplateSnapshot.parse("template.yaml", first.templateYaml()), Fixture.INPUT);
    assertThat(again).isEqualTo(new Compilation.Compiled(first, List.of()));
  }

  @Test
  void problemsAreWhereTheSnapshotHasThem() throws Exception {
    assertThat(
            rejected(
                "apiVersion: claw/v1\nname: a\nextends: b\n---\napiVersion: claw/v1\nname: b\nx: 1\n"))
        .startsWith("template.yaml:7:1: unknown key 'x'");
  }

  @Test
  void theChainMustBeWhole() throws Exception {
    assertThat(rejected("apiVersion: claw/v1\nname: a\nextends: b\n"))
        .isEqualTo(
            "template.yaml:3:10: extends: expected the template 'b' as the next document of this"
                + " file\n");
    assertThat(rejected("apiVersion: claw/v1\nname: a\n---\napiVersion: claw/v1\nname: b\n"))
        .isEqualTo(
            "template.yaml: expected 1 documents, found 2; remove those that nothing extends\n");
  }

  @Test
  void whatCompilesWithAllItExtendsCompilesAgainHoweverLargeItIs() throws Exception {
    String head = "apiVersion: claw/v1\nname: t\nextends: base\n";
    int room =
        YamlText.LARGEST
            - Fixture.compiled(head + "#\n").templateYaml().getBytes(StandardCharsets.UTF_8).length;
    String largest = head + "#\n".repeat(room / 2) + "#\n";
    CompiledPolicy policy = Fixture.compiled(largest);
    assertThat(
            new PolicyCompiler()
                .compile(
                    TemplateSnapshot.parse("template.yaml", policy.templateYaml()), Fixture.INPUT))
        .isInstanceOf(Compilation.Compiled.class);
    assertThat(Fixture.problems(largest + "#\n"))
        .contains(
            ": expected at most 1 MiB together with the templates that it extends, found more\n");
  }

  @Test
  void documentsAreCounted() {
    assertThatThrownBy(() -> TemplateSnapshot.parse("template.yaml", "---\n".repeat(1000)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("expected at most 8 templates");
  }
}
