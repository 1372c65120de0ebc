package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing starts that the lock does not name, whatever was changed behind claw's back. */
@RequiresPodman
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TamperingIT {
  private static final List<String> FILES =
      List.of(
          "template.yaml",
          "openclaw.json",
          "container-spec.json",
          "seccomp.json",
          "policy.lock.json",
          "agent.yaml");

  private Claw claw = Claw.unmade();
  private String agent = "";
  private String other = "";
  private Map<String, byte[]> good = Map.of();

  @BeforeAll
  void create() throws IOException {
    assertThat(claw.run("init")).succeeds();
    claw = claw.tolerant();
    agent = claw.create("reviewer");
    other = claw.create("reviewer");
    good = save(agent);
  }

  @AfterEach
  void putBack() throws IOException {
    restore(agent, good);
    assertThat(claw.run("policy", "validate", agent)).succeeds();
  }

  @AfterAll
  void remove() {
    claw.close();
  }

  private Map<String, byte[]> save(String name) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String file : FILES) {
      files.put(file, Files.readAllBytes(claw.agent(name).resolve(file)));
    }
    return files;
  }

  private void restore(String name, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(claw.agent(name).resolve(file.getKey()), file.getValue());
    }
  }

  private void replace(String name, String file, String from, String to) throws IOException {
    Path path = claw.agent(name).resolve(file);
    String text = Files.readString(path);
    Assertions.assertThat(text).contains(from);
    Files.writeString(path, text.replace(from, to));
  }

  private void append(String name, String file, String text) throws IOException {
    Files.writeString(claw.agent(name).resolve(file), text, StandardOpenOption.APPEND);
  }

  private void refusesToStart(String name, CharSequence... why) {
    assertThat(claw.run("start", "--no-wait", name)).exits(5).says(why).printsNothing();
    Assertions.assertThat(
            Command.of("podman", "container", "exists", Claw.container(name)).run().exitCode())
        .isEqualTo(1);
    assertThat(claw.run("status", name)).exits(5);
    assertThat(claw.run("policy", "validate", name)).exits(5);
    assertThat(claw.run("audit", "show", name, "--type", "agent.start", "--tail", "1"))
        .succeeds()
        .prints("reason=drift");
  }

  @ParameterizedTest
  @CsvSource({
    "openclaw.json, \"mode\", \"node\"",
    "container-spec.json, \"pids\", \"pidz\"",
    "template.yaml, name:, 'name: '",
    "seccomp.json, SCMP_ACT_ERRNO, SCMP_ACT_ALLOW"
  })
  void anEditedFile(String file, String from, String to) throws IOException {
    replace(agent, file, from, to);
    refusesToStart(agent, file, "was changed", "--force");
  }

  @ParameterizedTest
  @CsvSource({"openclaw.json", "container-spec.json", "template.yaml", "seccomp.json"})
  void aMissingFile(String file) throws IOException {
    Files.delete(claw.agent(agent).resolve(file));
    refusesToStart(agent, file);
  }

  @ParameterizedTest
  @CsvSource({"openclaw.json", "policy.lock.json", "template.yaml"})
  void aLinkInPlaceOfAFile(String file) throws IOException {
    Path path = claw.agent(agent).resolve(file);
    Path elsewhere = claw.folder().resolve("elsewhere-" + file);
    Files.move(path, elsewhere, StandardCopyOption.REPLACE_EXISTING);
    Files.createSymbolicLink(path, elsewhere);
    try {
      CommandResult result = claw.run("start", "--no-wait", agent);
      assertThat(result).exits(5).says(file, "found a link").showsNoBug();
    } finally {
      Files.delete(path);
    }
  }

  @Test
  void aByteOfTheLocksBody() throws IOException {
    replace(agent, "policy.lock.json", "\"serial\": 1", "\"serial\": 7");
    refusesToStart(agent, "policy.lock.json: expected a signature by key", "that fits the lock");
  }

  @Test
  void aByteOfTheSignature() throws IOException {
    String lock = new String(good.get("policy.lock.json"), StandardCharsets.UTF_8);
    int sig = lock.indexOf("\"sig\"") + 20;
    char flipped = lock.charAt(sig) == 'A' ? 'B' : 'A';
    Files.writeString(
        claw.agent(agent).resolve("policy.lock.json"),
        lock.substring(0, sig) + flipped + lock.substring(sig + 1));
    refusesToStart(agent, "policy.lock.json: expected a signature by key", "that fits the lock");
  }

  @ParameterizedTest
  @CsvSource({"{", "[]", "''", "nothing of the kind", "{\"lock\":{}}"})
  void aLockThatIsNone(String text) throws IOException {
    Files.writeString(claw.agent(agent).resolve("policy.lock.json"), text);
    refusesToStart(agent, "lock");
  }

  @Test
  void theLockOfAnotherAgent() throws IOException {
    restore(agent, without(save(other), "agent.yaml"));
    refusesToStart(agent, other);
  }

  private static Map<String, byte[]> without(Map<String, byte[]> files, String name) {
    files.remove(name);
    return files;
  }

  @Test
  void noLock() throws IOException {
    Files.delete(claw.agent(agent).resolve("policy.lock.json"));
    refusesToStart(agent, "policy.lock.json: expected a signed lock, found no file");
  }

  @Test
  void forceShowsTheDifferenceRecordsItAndRefusesTheEarlierLockFromThenOn() throws IOException {
    String forced = claw.create("reviewer");
    Map<String, byte[]> first = save(forced);
    replace(forced, "openclaw.json", "\"mode\"", "\"node\"");
    byte[] edited = Files.readAllBytes(claw.agent(forced).resolve("openclaw.json"));
    append(forced, "template.yaml", "# edited\n");
    assertThat(claw.run("start", "--force", "--no-wait", forced))
        .succeeds()
        .says("openclaw.json was changed", "template.yaml was changed", "serial 2")
        .printsOnly(forced);
    Assertions.assertThat(claw.agent(forced).resolve("openclaw.json.replaced"))
        .hasBinaryContent(edited);
    Assertions.assertThat(claw.agent(forced).resolve("openclaw.json"))
        .hasBinaryContent(first.get("openclaw.json"));
    assertThat(claw.run("audit", "show", forced, "--type", "policy.relock", "--json"))
        .succeeds()
        .prints("openclaw.json was changed", "\"kept\":[\"openclaw.json.replaced\"]")
        .prints("\"serial\":2");
    assertThat(claw.run("status", forced)).succeeds().prints("verified, serial 2");
    assertThat(claw.run("stop", "--now", forced)).succeeds();
    assertThat(claw.run("start", "--force", "--no-wait", forced)).succeeds();
    assertThat(claw.run("status", forced)).succeeds().prints("serial 2");
    assertThat(claw.run("stop", "--now", forced)).succeeds();

    restore(forced, without(first, "agent.yaml"));
    assertThat(claw.run("start", "--no-wait", forced)).exits(5).says("serial 1", "2");
    assertThat(claw.run("policy", "validate", forced, "--json")).exits(5).prints("replayed");
    assertThat(claw.run("start", "--force", "--no-wait", forced)).succeeds().says("serial 3");
    assertThat(claw.run("audit", "verify", forced)).succeeds();
    assertThat(claw.run("delete", "--force", forced)).succeeds();
  }

  @Test
  void theTemplateOfAForcedStartIsCheckedLikeAnyOther() throws IOException {
    append(agent, "template.yaml", "alow: []\n");
    assertThat(claw.run("start", "--force", "--no-wait", agent))
        .exits(3)
        .says("template.yaml:", "alow")
        .printsNothing();
  }

  @Test
  void aLockSignedByARetiredKey() throws IOException {
    try (Claw own = Claw.fresh().tolerant()) {
      String one = own.create("reviewer");
      String two = own.create("reviewer");
      Path lock = own.agent(one).resolve("policy.lock.json");
      byte[] old = Files.readAllBytes(lock);
      String before = own.run("key", "show", "--json").json().path(0).path("id").asText();
      CommandResult rotated = own.run("key", "rotate");
      assertThat(rotated).succeeds().says("signed 2 lock(s)");
      Assertions.assertThat(rotated.out().strip()).startsWith("sha256:").isNotEqualTo(before);
      assertThat(own.run("status")).succeeds();
      assertThat(own.run("policy", "validate", one)).succeeds();
      assertThat(own.run("policy", "validate", two)).succeeds();
      assertThat(own.run("audit", "verify")).succeeds();
      assertThat(own.run("key", "show")).succeeds().prints("now", "until", before);
      verifiesWithoutClaw(lock, own.home().resolve("keys/host.pub"));

      Files.write(lock, old);
      assertThat(own.run("start", "--no-wait", one)).exits(5).says("key").printsNothing();
      assertThat(own.run("status", one)).exits(5);
      assertThat(own.run("status", two)).succeeds();
    }
  }

  private static void verifiesWithoutClaw(Path lock, Path key) {
    Path script = Path.of(System.getProperty("claw.docs", "../docs"), "verify-lock.sh");
    CommandResult result =
        Command.of("sh", script.toString(), lock.toString(), key.toString()).run();
    Assertions.assertThat(result.exitCode()).as(result.toString()).isIn(0, 3);
  }

  @Test
  void anotherImageUnderTheSameName() throws IOException {
    String image = "localhost/e2e-" + Claw.hex();
    Path template = claw.folder().resolve("tagged.yaml");
    Files.writeString(
        template,
        "apiVersion: claw/v1\nname: tagged\nextends: reviewer\ncontainer: {image: "
            + image
            + "}\n");
    assertThat(Command.of("podman", "tag", RequiresPodman.IMAGE, image).run()).succeeds();
    String changed = image + "-changed";
    try {
      String tagged = claw.create(template.toString());
      assertThat(
              Command.of("podman", "build", "--quiet", "--tag", changed, "-")
                  .input("FROM " + RequiresPodman.IMAGE + "\nLABEL e2e=changed\n")
                  .run())
          .succeeds();
      assertThat(Command.of("podman", "tag", changed, image).run()).succeeds();
      assertThat(claw.run("start", "--no-wait", tagged)).exits(5).says(image, "--force");
      assertThat(Command.of("podman", "untag", image, image).run()).succeeds();
      assertThat(claw.run("start", "--no-wait", tagged)).exits(5).says(image);
    } finally {
      Command.of("podman", "untag", image, image).run();
      Command.of("podman", "rmi", changed).run();
    }
  }
}
