package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.lock.PolicyLock;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The artefacts of the built-in templates, byte for byte. After a wanted change, run with {@code
 * -Dgolden.update=true}, and read the difference before committing it.
 */
class BuiltInTemplatesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @ParameterizedTest
  @ValueSource(strings = {"base", "coder", "devops", "reviewer", "security"})
  void compilesToTheSameBytesAsEver(String name) throws Exception {
    Compilation compilation =
        new PolicyCompiler()
            .compile(Fixture.BUILT_IN.find(name).orElseThrow(), Fixture.BUILT_IN, Fixture.INPUT);
    assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
    Compilation.Compiled compiled = (Compilation.Compiled) compilation;
    // A built-in that warns would teach its reader to overlook warnings.
    assertThat(Fixture.rendered(compiled.warnings())).isEmpty();
    CompiledPolicy policy = compiled.policy();
    Map<String, String> artefacts = new LinkedHashMap<>();
    artefacts.put("openclaw.json", policy.openclawJson());
    artefacts.put("container-spec.json", policy.containerSpecJson());
    artefacts.put("seccomp.json", policy.seccompJson());
    artefacts.put(
        "explanation.txt",
        PolicyExplanation.of(
                PolicyLock.of(policy, 1, Optional.empty()), policy.container(), java.util.Set.of())
            .text());
    for (Map.Entry<String, String> artefact : artefacts.entrySet()) {
      check(GOLDEN.resolve(name).resolve(artefact.getKey()), artefact.getValue());
    }
    assertThat(policy.template().digest()).isEqualTo(Digest.of(policy.templateYaml()));
    assertThat(policy.container().seccomp().digest()).isEqualTo(Digest.of(policy.seccompJson()));
  }

  private static void check(Path file, String actual) throws IOException {
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual).isEqualTo(Files.readString(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "coder", "devops", "reviewer", "security"})
  void compilesAgainFromItsSnapshot(String name) throws Exception {
    CompiledPolicy first =
        ((Compilation.Compiled)
                new PolicyCompiler()
                    .compile(
                        Fixture.BUILT_IN.find(name).orElseThrow(), Fixture.BUILT_IN, Fixture.INPUT))
            .policy();
    TemplateSnapshot snapshot = TemplateSnapshot.parse("template.yaml", first.templateYaml());
    assertThat(new PolicyCompiler().compile(snapshot, Fixture.INPUT))
        .isEqualTo(new Compilation.Compiled(first, java.util.List.of()));
    assertThat(first.templateYaml()).contains("# What the built-in templates have in common");
  }

  @Test
  void aPlainTemplateNeedsFiveLines() {
    CompiledPolicy policy =
        Fixture.compiled(
            """
            apiVersion: claw/v1
            name: helper
            extends: coder
            container:
              mounts: [{source: ~/src/app, target: /workspace/app, mode: rw}]
            """);
    assertThat(policy.container().mounts().getLast().source()).isEqualTo("/home/ann/src/app");
    assertThat(policy.egress().allow()).isNotEmpty();
  }
}
