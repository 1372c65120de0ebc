package dev.claw.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** {@code scripts/model-server} on the host's loopback, which answers as a test tells it. */
final class ModelServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path PROGRAM =
      Path.of(System.getProperty("claw.scripts", "../scripts"), "model-server").toAbsolutePath();

  private final Path script;
  private final Path record;
  private final RunningCommand running;
  private final String baseUrl;

  /**
   * @param folder for its files
   */
  ModelServer(Path folder, String script) {
    this.script = folder.resolve("model.json");
    this.record = folder.resolve("model.record");
    answers(script);
    running =
        Command.of(
                PROGRAM.toString(),
                "--script",
                this.script.toString(),
                "--record",
                this.record.toString())
            .start();
    running.await("the model server's URL", () -> running.out().endsWith("\n"));
    baseUrl = running.out().strip();
  }

  /** From the next request on. */
  void answers(String json) {
    try {
      Path next = Files.writeString(script.resolveSibling("model.json.new"), json);
      Files.move(next, script, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String baseUrl() {
    return baseUrl;
  }

  /** Each with method, path, headers and body. */
  List<JsonNode> requests() {
    List<JsonNode> requests = new ArrayList<>();
    try {
      if (Files.exists(record)) {
        String text = Files.readString(record);
        // Not what is being written just now.
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
          requests.add(JSON.readTree(line));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return requests;
  }

  @Override
  public void close() {
    running.close();
  }
}
