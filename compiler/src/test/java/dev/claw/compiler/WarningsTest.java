package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What compiles and may not mean what its writer thinks. */
class WarningsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "agent: {exec: deny}|models.primary is missing",
        "agent: {tools: {allow: [write]}}|'write' means apply_patch as well",
        "agent: {tools: {profile: minimal, allow: [read]}}|'read' is not in the profile minimal",
        "agent: {tools: {profile: full, allow: [browser]}}|or needs a plugin",
        "agent: {channels: {discord: {}}}|'discord' needs a plugin that is not part of OpenClaw",
        "container: {resources: {memory: 1GiB, tmp: 1MiB}}|less than OpenClaw takes for a turn",
        "container: {image: localhost/other}|'localhost/other' is not on this host",
        "container: {seccomp: ~/filter.json}|allows every system call that it does not name",
        "container: {mounts: [{source: ~/src/to-app, target: /workspace/a}]}|goes through a link",
        "network: {profile: open}|open is NOT ENFORCED",
        "network: {allow: [{host: example.com}]}|these rules never apply",
        "network: {profile: allowlist, allow: [{host: 10.0.0.1}]}|your own network",
        "network: {profile: allowlist, allow: [{host: a.example, methods: [GET]}]}|inside TLS",
        "network: {profile: allowlist, allow: [{host: a.example, paths: [/x]}]}|inside TLS",
        "models: {primary: p/m, providers: {p: {api: ollama, baseUrl: 'http://a.example', models: [{id: m}]}}}|plain http",
      })
  void isSaid(String lines, String warning) {
    String template = Fixture.template(lines + "\n");
    assertThat(Fixture.compile(template)).isInstanceOf(Compilation.Compiled.class);
    assertThat(Fixture.problems(template)).contains("warning: ").contains(warning);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "agent: {tools: {allow: [write, apply_patch]}}|apply_patch as well",
        "agent: {tools: {allow: [write], deny: [apply_patch]}}|apply_patch as well",
        "agent: {tools: {profile: full, allow: [browser]}, plugins: [browser]}|needs a plugin",
        "network: {profile: allowlist, allow: [{host: a.example, methods: [GET], inspect: true}]}|TLS",
        "network: {profile: allowlist, allow: [{host: a.example, ports: [80], methods: [GET]}]}|TLS",
        "network: {profile: allowlist, deny: [{host: 10.0.0.1}]}|your own network",
      })
  void isNotSaid(String lines, String warning) {
    assertThat(Fixture.problems(Fixture.template(lines + "\n"))).doesNotContain(warning);
  }
}
