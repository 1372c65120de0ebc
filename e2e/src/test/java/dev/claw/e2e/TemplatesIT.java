package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates as people write them: good ones, and the mistakes that they make. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TemplatesIT {
  private Claw claw = Claw.unmade();

  @BeforeAll
  void init() {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
  }

  @AfterAll
  void remove() {
    claw.close();
  }

  private Path template(String rest) throws IOException {
    Path file = claw.folder().resolve("t" + Claw.hex() + ".yaml");
    Files.writeString(file, "apiVersion: claw/v1\nname: mine\n" + rest);
    return file;
  }

  /** `create` has the real OpenClaw validate what each compiles to. */
  @ParameterizedTest
  @ValueSource(strings = {"coder", "reviewer", "security", "devops"})
  void everyBuiltInMakesAnAgent(String template) {
    assertThat(claw.run("templates", "validate", template)).succeeds();
    String agent = claw.create(template);
    assertThat(claw.run("audit", "show", agent, "--type", "agent.create", "--json"))
        .succeeds()
        .prints("\"template\":\"" + template + "\"", "\"validated\":true");
    assertThat(claw.run("policy", "validate", agent)).succeeds();
    assertThat(claw.run("policy", "explain", agent)).succeeds().prints(agent);
  }

  @Test
  void whatOpenClawDoesNotAcceptMakesNoAgent() throws IOException {
    String agent = claw.name();
    Path file = template("extends: base\nagent: {openclaw: {logging: {consoleStyle: odd}}}\n");
    assertThat(claw.run("create", file.toString(), agent))
        .exits(3)
        .says("OpenClaw does not accept", "logging.consoleStyle")
        .printsNothing();
    Assertions.assertThat(claw.agent(agent)).doesNotExist();
  }

  @Test
  void listsShowsAndPrintsTheSchema() {
    CommandResult list = claw.run("templates", "list", "--json");
    assertThat(list).succeeds();
    Assertions.assertThat(list.json().findValuesAsText("name"))
        .contains("base", "coder", "devops", "reviewer", "security");
    assertThat(claw.run("templates", "show", "coder"))
        .succeeds()
        .prints("name: coder", "extends: base");
    CommandResult schema = claw.run("templates", "schema");
    assertThat(schema).succeeds();
    Assertions.assertThat(schema.json().path("$schema").asText()).contains("json-schema.org");
  }

  @Test
  void knowsTheUsersOwnTemplates() throws IOException {
    Files.writeString(
        claw.home().resolve("templates/mine.yaml"),
        """
        apiVersion: claw/v1
        name: mine
        extends: reviewer
        container: {resources: {pids: 321}}
        """);
    CommandResult list = claw.run("templates", "list", "--json");
    Assertions.assertThat(list.json().findValuesAsText("name")).contains("mine");
    String agent = claw.create("mine");
    assertThat(claw.run("inspect", agent, "--json")).succeeds().prints("\"pids\" : 321");
    assertThat(claw.run("policy", "explain", agent)).succeeds().prints("321");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          network: {alow: []}                         | 3:11 | alow
          container: {resources: {memory: -1}}        | 3:33 | memory
          container: {resources: {memory: 2 gigs}}    | 3:33 | memory
          agent: {tools: {deny: [brwser]}}            | 3:24 | browser
          network: {profile: 7}                       | 3:20 | profile
          name: again                                 | 3:1  | name
          extends: nobody                             | 3:10 | nobody
          """)
  void namesFileLineAndColumnOfAMistake(String line, String position, String word)
      throws IOException {
    Path file = template(line + "\n");
    CommandResult result = claw.run("templates", "validate", file.toString());
    assertThat(result).exits(1).showsNoBug();
    Assertions.assertThat(result.err() + result.out())
        .contains(file.getFileName() + ":" + position + ":")
        .contains(word);
    String agent = claw.name();
    assertThat(claw.run("create", file.toString(), agent)).exits(1).printsNothing();
    Assertions.assertThat(claw.agent(agent)).doesNotExist();
  }

  @Test
  void refusesABombAndALargeFileQuickly() throws IOException {
    Path bomb =
        template(
            """
            a: &a [x,x,x,x,x,x,x,x,x,x]
            b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]
            d: [*c,*c,*c,*c,*c,*c,*c,*c,*c]
            """);
    assertThat(claw.run("templates", "validate", bomb.toString())).exits(1).showsNoBug();
    Path large = template("description: " + "x".repeat(10 << 20) + "\n");
    assertThat(claw.run("templates", "validate", large.toString())).exits(1).showsNoBug();
    Path nul = template("description: \"a\0b\"\n");
    assertThat(claw.run("templates", "validate", nul.toString())).exits(1).showsNoBug();
  }

  @Test
  void refusesWhatNoAgentMaySee() throws IOException {
    Path link = claw.folder().resolve("link");
    Path home = Path.of(System.getProperty("user.home"));
    Files.createSymbolicLink(link, home);
    Path socket = claw.folder().resolve("sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      refusesMount("/", "the whole host");
      refusesMount("~", "your home");
      refusesMount(link.toString(), "your home");
      refusesMount(socket.toString(), "is a socket");
      refusesMount(claw.home().toString(), "claw's own state folder");
      refusesMount(claw.folder().toString(), "claw's own state folder");
      refusesMount("~/.ssh", "");
      refusesMount("/etc", "belongs to the host");
    }
  }

  private void refusesMount(String source, String why) throws IOException {
    Path file =
        template("container: {mounts: [{source: '" + source + "', target: /workspace/x}]}\n");
    String agent = claw.name();
    CommandResult result = claw.run("create", file.toString(), agent);
    assertThat(result).exits(1).says(why).saysSomethingLike(":3:\\d+: ");
    Assertions.assertThat(claw.agent(agent)).doesNotExist();
  }

  @Test
  void refusesAMountThatBecameALink() throws IOException {
    Path source = Files.createDirectory(claw.folder().resolve("source"));
    Path file =
        template("container: {mounts: [{source: '" + source + "', target: /workspace/x}]}\n");
    String agent = claw.create(file.toString());
    Files.move(source, source.resolveSibling("was"));
    Files.createSymbolicLink(source, Path.of(System.getProperty("user.home")));
    assertThat(claw.run("start", "--no-wait", agent))
        .exits(3)
        .says(source + " is to be mounted and has become a link");
    assertThat(claw.run("exec", agent, "--", "true")).showsNoBug();
    Assertions.assertThat(
            Command.of("podman", "container", "exists", Claw.container(agent)).run().exitCode())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "..", "Upper", "-dash", "", "a b", "a\nb", "a\u001b[31m"})
  void refusesNames(String name) {
    CommandResult result = claw.run("create", "coder", name);
    assertThat(result).exits(2).showsNoBug().printsNothing();
    Assertions.assertThat(result.err()).doesNotContain("\u001b");
  }

  @Test
  void refusesALongName() {
    assertThat(claw.run("create", "coder", "a".repeat(65))).exits(2).printsNothing();
  }
}
