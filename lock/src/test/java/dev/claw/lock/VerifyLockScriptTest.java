package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that verifies a lock without claw. */
class VerifyLockScriptTest {
  private static final Path SCRIPT = Path.of("..", "docs", "verify-lock.sh").toAbsolutePath();

  @TempDir Path folder;
  private HostKey key;
  private String pub;
  private String otherPub;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void keys() throws KeyException, IOException {
    key = Samples.key(1);
    pub = write("host.pub", key.publicKey().pem());
    otherPub = write("other.pub", Samples.key(2).publicKey().pem());
  }

  @Test
  void verifiesWhatClawSigned() throws Exception {
    Run run = run(sign(Samples.lock(2)), pub);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .isEqualTo(
            "good: agent \"coder\" (\"%s\"), serial 2, signed by %s\n"
                .formatted(Samples.ID, key.keyId()));
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void oneOfSeveralKeysAndSignaturesIsEnough() throws Exception {
    String lock =
        write(
            "policy.lock.json",
            new String(
                LockEnvelope.sign(Samples.lock(1), Samples.key(3), key), StandardCharsets.UTF_8));
    assertThat(run(lock, otherPub, pub).exitCode()).isZero();
  }

  /** Where jq 1.6 writes strings in another way than RFC 8785, or might. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u007f",
        "\\u007f",
        "\\\u007f",
        "\\\\u007f\u007f\\",
        "\"\u007f\\n\n\\\\",
        "\u0000\u0001\u001f\b\t\n\f\r",
        "/</>&'",
        "é\u0080\u009f\u2028\u2029\ufeff\ufffe\uffff",
        "\ud83d\ude00\udbff\udfff"
      })
  void jqWritesTheSameBytes(String text) throws Exception {
    PolicyLock lock = PolicyLock.of(Samples.policy(text), 1, Optional.empty());
    assertThat(run(sign(lock), pub)).extracting(Run::exitCode, Run::err).containsExactly(0, "");
  }

  @Test
  void jqWritesTheLargestNumbers() throws Exception {
    PolicyLock sample = Samples.lock(1);
    PolicyLock lock =
        new PolicyLock(
            sample.agentId(),
            sample.agentName(),
            CanonicalJson.LARGEST,
            sample.digest(),
            sample.template(),
            sample.artefacts(),
            sample.image(),
            sample.decide(),
            sample.touch(),
            sample.reach(),
            sample.models(),
            sample.versions());
    assertThat(run(sign(lock), pub).exitCode()).isZero();
  }

  @Test
  void flippedBytesAreNoticed() throws Exception {
    String lock = sign(Samples.lock(2));
    byte[] good = Files.readAllBytes(Path.of(lock));
    List<Integer> unnoticed = new ArrayList<>();
    // Primes, so that the steps fall on keys, values, digests and signatures alike.
    for (int at = 3; at < good.length; at += 97) {
      if (!Character.isWhitespace(good[at])) {
        byte[] changed = good.clone();
        changed[at] ^= 1;
        Files.write(Path.of(lock), changed);
        if (run(lock, pub).exitCode() == 0) {
          unnoticed.add(at);
        }
      }
    }
    assertThat(unnoticed).isEmpty();
  }

  @Test
  void otherKeyIsNamed() throws Exception {
    Run run = run(sign(Samples.lock(1)), otherPub);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains("expected a signature by one of the given keys")
        .contains(key.keyId().value());
  }

  @Test
  void changedLockIsToldFromAnUnknownKey() throws Exception {
    String lock = sign(Samples.lock(1));
    Files.writeString(
        Path.of(lock), Files.readString(Path.of(lock)).replace("\"ask\"", "\"full\""));
    Run run = run(lock, pub);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("does not fit the lock: one of them was changed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"lock\":{}}",
        "{\"lock\":{},\"signatures\":[{}]}",
        "{\"lock\":{},\"signatures\":[{\"keyid\":\"sha256:$(id)\",\"sig\":\"\"}]}",
        "{\"lock\":{},\"signatures\":[]}{}",
        "not json"
      })
  void otherFormsAreRefused(String text) throws Exception {
    Run run = run(write("policy.lock.json", text), pub);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("found another form");
  }

  @Test
  void unsignedIsRefused() throws Exception {
    Run run = run(write("policy.lock.json", "{\"lock\":{},\"signatures\":[]}"), pub);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("expected a signature, found none");
  }

  @Test
  void wrongCallsAreToldFromBadLocks() throws Exception {
    String lock = sign(Samples.lock(1));
    assertThat(run(lock).exitCode()).isEqualTo(2);
    assertThat(run(folder.resolve("none").toString(), pub).exitCode()).isEqualTo(2);
    Run run = run(lock, lock);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("expected a public key in PEM");
  }

  private String sign(PolicyLock lock) throws IOException {
    return write(
        "policy.lock.json", new String(LockEnvelope.sign(lock, key), StandardCharsets.UTF_8));
  }

  private String write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", SCRIPT.toString()));
    command.addAll(List.of(arguments));
    Path err = Files.createTempFile("verify-lock", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Run(process.waitFor(), out, Files.readString(err));
    } finally {
      Files.delete(err);
    }
  }
}
