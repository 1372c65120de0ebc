package dev.claw.egress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.AgentName;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What a program inside gets to read in place of an answer. */
final class Denial {
  private static final JsonFactory JSON = new JsonFactory();

  private Denial() {}

  static FullHttpResponse response(AgentName agent, String host, int port, Denied denied) {
    return response(status(denied.reason()), agent, host, port, denied);
  }

  static FullHttpResponse response(
      int status, AgentName agent, String host, int port, Denied denied) {
    byte[] body = body(agent, host, port, denied).getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
        .set("X-Claw-Denied", denied.reason().name());
    return response;
  }

  /** The command that would admit it stands there only where there is one. */
  static String body(AgentName agent, String host, int port, Denied denied) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("agent", agent.value());
      json.writeStringField("host", host);
      json.writeNumberField("port", port);
      json.writeStringField("why", denied.why());
      switch (denied.reason()) {
        case NO_RULE, METHOD, PATH, PROGRAM, PROTOCOL ->
            json.writeStringField("allow", allow(agent, host, port));
        default -> {}
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.append('\n').toString();
  }

  private static String allow(AgentName agent, String host, int port) {
    return "claw egress allow "
        + agent
        + " "
        + host
        + (port == 443 ? "" : " --port " + port)
        + " --for 30m";
  }

  static int status(Reason reason) {
    return switch (reason) {
      case BUDGET -> 429;
      case LOOKUP, CONNECT, CERTIFICATE -> 502;
      case LIMIT, RECORD -> 503;
      case MALFORMED_REQUEST, MALFORMED_HOST -> 400;
      default -> 403;
    };
  }
}
