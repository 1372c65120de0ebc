package dev.claw.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A running agent with the network {@code allowlist}, seen from inside. Whether OpenClaw is ready
 * does not matter here, so nobody waits for it.
 */
record CapturedAgent(Claw claw, String name) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Says each text on a connection of its own and prints what came back until its end. */
  private static final String SPEAK =
      """
      const net = require('net');
      const one = ({host, port, parts}) => new Promise(done => {
        let text = '';
        const socket = net.connect({host, port, allowHalfOpen: true});
        const end = how => { socket.destroy(); done({text, end: how}); };
        socket.setEncoding('latin1');
        socket.on('connect', () => parts.forEach(part =>
          socket.write(part.text.repeat(part.times), 'latin1')));
        socket.on('data', data => text += data);
        socket.on('end', () => end('closed'));
        socket.on('error', error => end(error.code));
        socket.setTimeout(60000, () => end('silence'));
      });
      (async () => {
        const all = [];
        for (const ask of JSON.parse(process.argv[1])) all.push(await one(ask));
        console.log(JSON.stringify(all));
      })();
      """;

  /**
   * What is said on a connection.
   *
   * @param host address or name inside
   */
  record Said(String host, int port, List<Part> parts) {
    static Said to(String host, int port, String text) {
      return new Said(host, port, List.of(new Part(text, 1)));
    }

    static Said toProxy(String text) {
      return to("127.0.0.1", 3128, text);
    }

    Said and(String text, int times) {
      List<Part> all = new ArrayList<>(parts);
      all.add(new Part(text, times));
      return new Said(host, port, List.copyOf(all));
    }
  }

  /** A text said several times over. */
  record Part(String text, int times) {}

  /**
   * What came back.
   *
   * @param end {@code closed}, {@code silence} after a minute without a byte, or an error's name
   */
  record Heard(String text, String end) {}

  /**
   * Starts an agent.
   *
   * @param allow YAML of the rules that admit something, one a line
   */
  static CapturedAgent start(Claw claw, String allow) {
    CapturedAgent agent = new CapturedAgent(claw, claw.create(template(claw, allow).toString()));
    agent.start();
    return agent;
  }

  static Path template(Claw claw, String allow) {
    Path file = claw.folder().resolve("t" + Claw.hex() + ".yaml");
    try {
      Files.writeString(
          file,
          """
          apiVersion: claw/v1
          name: captured
          extends: base
          models:
            primary: local/one
            providers:
              local: {api: openai-completions, baseUrl: "http://127.0.0.1:9/v1", models: [{id: one}]}
          network:
            profile: allowlist
            allow:
          """
              + allow.indent(4));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  void start() {
    CommandResultAssert.assertThat(claw.run("start", "--no-wait", name)).succeeds();
  }

  Command command(String... words) {
    List<String> all = new ArrayList<>(List.of("exec", name, "--"));
    all.addAll(List.of(words));
    return claw.command(all.toArray(String[]::new));
  }

  CommandResult exec(String... words) {
    return command(words).run();
  }

  CommandResult shell(String script) {
    return exec("sh", "-c", script);
  }

  /** Runs JavaScript that prints JSON. */
  JsonNode node(String script, Object argument) {
    CommandResult result = exec("node", "-e", script, json(argument));
    CommandResultAssert.assertThat(result).succeeds();
    return result.json();
  }

  List<Heard> speak(List<Said> asks) {
    List<Heard> heard = new ArrayList<>();
    node(SPEAK, asks)
        .forEach(one -> heard.add(new Heard(one.path("text").asText(), one.path("end").asText())));
    return heard;
  }

  /** The status of a request, 000 where there was no answer at all. */
  String status(String url, String... options) {
    List<String> words =
        new ArrayList<>(List.of("curl", "-gsS", "-m", "60", "-o", "/dev/null", "-w"));
    words.add("%{http_code}");
    words.addAll(List.of(options));
    words.add(url);
    return exec(words.toArray(String[]::new)).out();
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
