package dev.claw.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs the commands whose start-up counts, once, in a folder of its own and against a socket that answers as Podman's
 * service does where there is nothing, so that the class-data archive holds what they load. It is no test: what the
 * commands print is thrown away.
 */
public final class Rehearsal {
  private static final String[][] COMMANDS = {
    {"--help"},
    {"init"},
    {"templates", "list"},
    {"templates", "show", "coder"},
    {"create", "coder", "rehearsal"},
    {"list"},
    {"list", "--json"},
    {"status"},
    {"status", "rehearsal"},
    {"policy", "show", "rehearsal"},
    {"policy", "explain", "rehearsal"},
    {"policy", "validate", "rehearsal"},
    {"start", "rehearsal"},
    {"stop", "rehearsal"},
    {"inspect", "rehearsal"},
    {"logs", "rehearsal"},
    {"audit", "show", "rehearsal"},
    {"audit", "verify"},
    {"key", "show"},
    {"trash", "list"},
    {"image", "list"},
    {"list", "--no-such-option"},
  };

  private Rehearsal() {}

  public static void main(String[] arguments) throws Exception {
    Path scratch = Path.of(arguments[0]);
    Path socket = scratch.resolve("podman.sock");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Thread.ofPlatform().daemon().start(() -> serve(server));
      Map<String, String> environment = new HashMap<>(System.getenv());
      environment.put("HOME", scratch.toString());
      environment.put("CLAW_HOME", scratch.resolve("home").toString());
      environment.put("XDG_RUNTIME_DIR", scratch.toString());
      environment.put("CONTAINER_HOST", "unix://" + socket);
      for (String[] command : COMMANDS) {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        // An ordinary user's numbers, since the machine that builds may well be root.
        Surroundings surroundings =
            new Surroundings(environment, scratch, InputStream.nullInputStream(), out, out, false, false, false, 1000, 1000, Clock.systemUTC());
        new CommandRunner(surroundings, new Interruption()).run(command);
      }
    }
    Runtime.getRuntime().halt(0);
  }

  private static void serve(ServerSocketChannel server) {
    while (true) {
      try {
        SocketChannel client = server.accept();
        Thread.ofPlatform().daemon().start(() -> answer(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void answer(SocketChannel client) {
    try (client; InputStream in = Channels.newInputStream(client)) {
      StringBuilder head = new StringBuilder();
      for (int next = in.read(); next >= 0; next = in.read()) {
        head.append((char) next);
        if (head.toString().endsWith("\r\n\r\n")) {
          client.write(ByteBuffer.wrap(response(head.toString()).getBytes(StandardCharsets.UTF_8)));
          head.setLength(0);
        }
      }
    } catch (IOException e) {
      // The command has what it wanted.
    }
  }

  private static String response(String head) {
    String path = head.split(" ", 3)[1];
    String body = path.contains("/json") && path.contains("/containers") ? "[]" : "OK";
    int status = 200;
    if (path.contains("/images/")) {
      body = path.contains("/images/json") ? "[]" : "{\"cause\":\"no such image\",\"message\":\"no such image\",\"response\":404}";
      status = path.contains("/images/json") ? 200 : 404;
    }
    return "HTTP/1.1 " + status + " OK\r\nLibpod-API-Version: 5.4.2\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length() + "\r\n\r\n" + body;
  }
}
