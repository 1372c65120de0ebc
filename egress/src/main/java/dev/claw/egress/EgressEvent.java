package dev.claw.egress;

import dev.claw.model.AgentName;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is put on record. Texts come from inside the container and are bounded, not cleaned. */
public sealed interface EgressEvent {
  /** Whose traffic it is. */
  AgentName agent();

  /** When it happened, by the clock that was given to the proxy. */
  Instant at();

  /** A number that all events of one connection share; never reused by a proxy. */
  long connection();

  /**
   * Something was allowed or denied.
   *
   * @param host as it was asked for
   * @param port zero for a name
   * @param address what will be connected to; empty where nothing will
   * @param method empty where it is no HTTP
   * @param path without the query; empty where it is no HTTP
   * @param program path of the executable inside; empty where nobody knows
   * @param count how many alike this event stands for
   */
  record Decided(
      AgentName agent,
      Instant at,
      long connection,
      Kind kind,
      Decision decision,
      String host,
      int port,
      String address,
      String method,
      String path,
      String program,
      long count)
      implements EgressEvent {}

  /**
   * A connection that something was allowed on has ended.
   *
   * @param bytesOut what came from the agent, its own protocol's heads included
   * @param bytesIn what went to the agent
   * @param why what ended it
   */
  record Closed(
      AgentName agent,
      Instant at,
      long connection,
      long bytesOut,
      long bytesIn,
      Duration duration,
      String why)
      implements EgressEvent {}

  /**
   * A call of a model has ended.
   *
   * @param status HTTP status; zero where there was no answer
   * @param inputTokens as the provider counts, with what it cached; -1 where it said nothing
   * @param outputTokens as the provider counts; -1 where it said nothing
   * @param content null unless the operator asked for it
   */
  record ModelCalled(
      AgentName agent,
      Instant at,
      long connection,
      String provider,
      String model,
      int status,
      Duration duration,
      long bytesOut,
      long bytesIn,
      long inputTokens,
      long outputTokens,
      @Nullable Content content)
      implements EgressEvent {
    /**
     * What was said, each side from its beginning.
     *
     * @param request body of the call, without the key
     * @param requestCut whether there was more of it
     * @param response body of the answer
     * @param responseCut whether there was more of it
     */
    public record Content(
        String request, boolean requestCut, String response, boolean responseCut) {}
  }

  /** How the request came and what it was. */
  enum Kind {
    /** A name was asked for. */
    NAME,
    /** A CONNECT, or TLS, whose content stays closed. */
    TLS,
    /** An HTTP request. */
    HTTP,
    /** Any other protocol. */
    RAW,
    /** A call of a model. */
    MODEL,
    /** The connection itself, before it said what it wants. */
    CONNECTION
  }
}
