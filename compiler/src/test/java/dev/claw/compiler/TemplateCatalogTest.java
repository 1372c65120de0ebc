package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.compiler.TemplateSummary.Origin;
import dev.claw.model.CompiledPolicy;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateCatalogTest {
  @TempDir Path folder = Path.of("");
  private TemplateCatalog catalog = new TemplateCatalog(folder);

  @BeforeEach
  void open() {
    catalog = new TemplateCatalog(folder);
  }

  private void write(String name, String lines) throws IOException {
    Files.writeString(
        folder.resolve(name + ".yaml"), "apiVersion: claw/v1\nname: " + name + "\n" + lines);
  }

  private TemplateSummary summary(String name) {
    return catalog.list().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void theIndexNamesEveryBuiltInAndNoOther() throws Exception {
    Path resources = Path.of("../templates/src/main/resources/dev/claw/templates");
    try (Stream<Path> files = Files.list(resources)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(file -> file.endsWith(".yaml"))
                  .map(file -> file.replace(".yaml", "")))
          .containsExactlyInAnyOrderElementsOf(
              Files.readString(resources.resolve("index")).lines().toList());
    }
    for (TemplateSummary summary : Fixture.BUILT_IN.list()) {
      assertThat(summary.problem()).isEmpty();
      assertThat(summary.description()).isNotEmpty();
      assertThat(summary.origin()).isEqualTo(Origin.BUILT_IN);
    }
  }

  @Test
  void theUsersOwnStandsInFrontOfABuiltIn() throws Exception {
    write("coder", "description: mine\n");
    assertThat(summary("coder"))
        .isEqualTo(
            new TemplateSummary(
                "coder", "mine", Origin.USER, folder.resolve("coder.yaml").toString(), true, ""));
    assertThat(catalog.find("coder").orElseThrow().text()).contains("mine");
    assertThat(catalog.find("base").orElseThrow().path()).isEqualTo("base.yaml");
  }

  @Test
  void aBrokenTemplateIsListedWithItsProblem() throws Exception {
    Files.writeString(folder.resolve("bad.yaml"), "name: [\n");
    assertThat(summary("bad").problem()).contains("bad.yaml:1:8: not YAML");
  }

  /** To open a named pipe would wait for a writer, deaf to the operator's interrupt. */
  @Test
  void whatIsNoFileIsNotOpened() throws Exception {
    assertThatThrownBy(() -> TemplateCatalog.read(folder))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("expected a file, found a folder");
    Path address = folder.resolve("socket.yaml");
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(address));
      assertThatThrownBy(() -> TemplateCatalog.read(address))
          .isInstanceOf(TemplateException.class)
          .hasMessageContaining("expected a file, found a pipe or socket");
    }
    assertThat(TemplateCatalog.read(Path.of("/dev/null")).text()).isEmpty();
    assertThatThrownBy(() -> TemplateCatalog.read(folder.resolve("none.yaml")))
        .hasMessageContaining("none.yaml: can't be read: no such file; 'claw templates list'");
  }

  @Test
  void aNameThatIsNotTheFilesIsRefused() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), "apiVersion: claw/v1\nname: b\n");
    assertThatThrownBy(() -> catalog.find("a"))
        .isInstanceOf(TemplateException.class)
        .hasMessageEndingWith(
            "a.yaml: expected the name of the file, name: a, found 'b'; rename one of them");
    assertThat(summary("a").problem()).contains("found 'b'");
  }

  @Test
  void linksAreNotFollowed() throws Exception {
    Path elsewhere = Files.writeString(folder.resolve("x.txt"), "apiVersion: claw/v1\nname: a\n");
    Files.createSymbolicLink(folder.resolve("a.yaml"), elsewhere);
    assertThatThrownBy(() -> catalog.find("a"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("found a link");
    assertThat(summary("a").problem()).contains("found a link");
  }

  @Test
  void aFolderInPlaceOfAFileIsAProblem() throws Exception {
    Files.createDirectory(folder.resolve("a.yaml"));
    assertThat(summary("a").problem()).contains("expected a regular file");
  }

  @Test
  void sizeAndEncodingAreBounded() throws Exception {
    Files.write(folder.resolve("a.yaml"), new byte[(1 << 20) + 1]);
    Files.write(folder.resolve("b.yaml"), "name: \u00e4".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(summary("a").problem()).contains("expected at most 1 MiB");
    assertThat(summary("b").problem()).contains("expected UTF-8");
  }

  @Test
  void namesThatAreNoneAreNotLookedUp() throws Exception {
    assertThat(catalog.find("../../etc/passwd")).isEmpty();
    assertThat(catalog.find("a/b")).isEmpty();
    assertThat(catalog.find("")).isEmpty();
    Files.writeString(folder.resolve("Not A Name.yaml"), "x");
    assertThat(catalog.list()).noneMatch(summary -> summary.path().contains("Not A Name"));
  }

  @Test
  void whatIsMisspelledIsFound() {
    assertThat(catalog.nearest("codr")).contains("coder");
    assertThat(catalog.nearest("something-else")).isEmpty();
  }

  @Test
  void aChainIsMergedByKeysAndListsReplace() throws Exception {
    write(
        "one",
        """
        description: first
        agent: {exec: deny, skills: [tmux], tools: {deny: [browser]}}
        container: {environment: {A: '1', B: '2'}}
        """);
    write("two", "extends: one\nagent: {skills: [spike]}\ncontainer: {environment: {B: '3'}}\n");
    write("three", "extends: two\nagent: {exec: full}\n");
    CompiledPolicy policy =
        ((Compilation.Compiled)
                new PolicyCompiler()
                    .compile(catalog.find("three").orElseThrow(), catalog, Fixture.INPUT))
            .policy();
    assertThat(policy.agent().exec().word()).isEqualTo("full");
    assertThat(policy.agent().skills()).containsExactly("spike");
    assertThat(policy.agent().tools().deny()).containsExactly("browser");
    assertThat(policy.container().environment()).containsEntry("A", "1").containsEntry("B", "3");
    assertThat(policy.template().name()).isEqualTo("three");
    assertThat(policy.templateYaml()).containsSubsequence("three", "---\n", "two", "---\n", "one");
  }

  private String rejected(String name) throws TemplateException {
    Compilation compilation =
        new PolicyCompiler().compile(catalog.find(name).orElseThrow(), catalog, Fixture.INPUT);
    return Fixture.rendered(((Compilation.Rejected) compilation).problems());
  }

  @Test
  void aCircleIsNamed() throws Exception {
    write("a", "extends: b\n");
    write("b", "extends: c\n");
    write("c", "extends: a\n");
    assertThat(rejected("a")).contains("templates go in a circle: a → b → c → a");
  }

  @Test
  void nineInARowAreTooMany() throws Exception {
    for (int i = 1; i <= 8; i++) {
      write("t" + i, "extends: t" + (i + 1) + "\n");
    }
    write("t9", "");
    assertThat(rejected("t1")).contains("expected at most 8 templates in a row");
    assertThat(
            new PolicyCompiler().compile(catalog.find("t2").orElseThrow(), catalog, Fixture.INPUT))
        .isInstanceOf(Compilation.Compiled.class);
  }

  @Test
  void aParentsProblemNamesTheParentsFile() throws Exception {
    write("child", "extends: parent\n");
    write("parent", "network: {profil: open}\n");
    assertThat(rejected("child"))
        .isEqualTo(
            folder.resolve("parent.yaml")
                + ":3:11: unknown key 'profil' in network; did you mean 'profile'?\n");
    write("parent", "a: [\n");
    assertThat(rejected("child")).contains("parent.yaml:3:5: not YAML");
  }

  @Test
  void aFileOutsideIsReadWhereverItIs() throws Exception {
    Path file = Files.writeString(folder.resolve("my.yml"), "apiVersion: claw/v1\nname: mine\n");
    assertThat(TemplateCatalog.read(file).name()).isEqualTo("mine");
    assertThatThrownBy(() -> TemplateCatalog.read(folder.resolve("none.yaml")))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("none.yaml: can't be read");
    assertThatThrownBy(() -> TemplateCatalog.read(folder)).isInstanceOf(TemplateException.class);
  }
}
