package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.ContainerSpec;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerSpecJsonTest {

  @Test
  void readsWhatItWrites() throws JsonException {
    assertThat(read(ContainerSpecJson.write(Samples.spec()))).isEqualTo(Samples.spec());
  }

  @Test
  void sameSpecGivesTheSameText() {
    assertThat(ContainerSpecJson.write(Samples.spec()))
        .isEqualTo(ContainerSpecJson.write(Samples.spec()))
        .startsWith("{\n  \"version\": 1,\n  \"agent\": {\n")
        .contains("\n  \"environment\": {\n    \"EDITOR\": \"vi\",\n    \"LANG\": \"C.UTF-8\"\n  }")
        .endsWith("\n  \"stopGracePeriodSeconds\": 60\n}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"keep-id\"|\"host\"|userNamespace: expected 'keep-id', found 'host'",
        "\"capabilities\": []|\"capabilities\": [\"SYS_ADMIN\"]|capabilities: expected an array",
        "\"noNewPrivileges\": true|\"noNewPrivileges\": false|noNewPrivileges: expected true, found"
            + " false",
        "\"readOnlyRoot\": true|\"readOnlyRoot\": \"true\"|readOnlyRoot: expected true, found"
            + " 'true'",
        "\"core\": 0|\"core\": 1|resources.core: expected a whole number from 0 to 0, found 1",
        "\"swap\": 0|\"swap\": -1|resources.swap: expected a whole number from 0 to 0, found -1",
        "\"pids\": 512|\"pids\": 0|resources.pids: expected a whole number from 1",
        "\"pids\": 512|\"pids\": 2147483648|resources.pids: expected a whole number from 1",
        "\"pids\": 512|\"pids\": 5e2|resources.pids: expected a whole number from 1",
        "\"pids\": 512|\"pidz\": 512|resources.pidz: unknown key; expected one of memory",
        "\"version\": 1|\"version\": 2|version: expected a whole number from 1 to 1, found 2",
        "\"uid\": 1000|\"uid\": -1|user.uid: expected a whole number from 0",
        "\"ro\"|\"rx\"|mounts[1].mode: expected one of ro, rw, found 'rx'",
        "\"vi\"|7|environment.EDITOR: expected a text, found a number",
        "\"EDITOR\": \"vi\"|\"LANG\": \"vi\"|53:11: not JSON: Duplicate field 'LANG'",
        "\"allowlist\"|\"host\"|network: expected one of offline, allowlist, open, found 'host'",
        "\"file\": \"ca.pem\"|\"environment\": null|secrets[1].environment: expected a text",
        "\"file\": \"ca.pem\"|\"file\": \"x\", \"environment\": \"X\"|secrets[1].environment",
        "\"name\": \"coder\"|\"name\": \"../x\"|agent.name: expected 1 to 63 characters",
        "sha256:|sha512:|image.digest: expected sha256: and 64 hexadecimal digits"
      })
  void refusesWhatItWouldNotWrite(String from, String to, String message) {
    String text = ContainerSpecJson.write(Samples.spec());
    String changed = text.replaceFirst(Pattern.quote(from), to);
    assertThat(changed).isNotEqualTo(text);
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(JsonException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void refusesAMissingKey() {
    String text = ContainerSpecJson.write(Samples.spec());
    assertThatThrownBy(() -> read(text.replace("\n  \"noNewPrivileges\": true,", "")))
        .hasMessage("noNewPrivileges: expected true, found no such key");
  }

  private static ContainerSpec read(String text) throws JsonException {
    return ContainerSpecJson.read(text.getBytes(StandardCharsets.UTF_8));
  }
}
