package dev.claw.egress;

import java.time.Duration;

/**
 * Bounds on what one agent can take.
 *
 * @param connections open at once
 * @param head time for a PROXY header, a request's head, a ClientHello
 * @param connect time for a look-up, and for each try to connect
 * @param idle time without a byte in either direction
 * @param serverFirst after which a silent client is taken for one whose server speaks first
 * @param headBytes of a request's head
 * @param lineBytes of a request's first line
 * @param modelRequestBytes of the body of a model call
 * @param names that can have an address at once
 */
public record EgressLimits(
    int connections,
    Duration head,
    Duration connect,
    Duration idle,
    Duration serverFirst,
    int headBytes,
    int lineBytes,
    int modelRequestBytes,
    int names) {
  /** What holds unless the operator says otherwise. */
  public static final EgressLimits DEFAULT =
      new EgressLimits(
          512,
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofMillis(500),
          32 * 1024,
          8 * 1024,
          32 * 1024 * 1024,
          16_384);

  /**
   * Bytes of bodies of model calls that all agents together hold. What goes out over TLS may stand
   * in memory twice, which with these four is a quarter of a GiB.
   */
  long heldBodyBytes() {
    return 4L * modelRequestBytes;
  }

  /** The same with another time after which the server is taken to speak first. */
  public EgressLimits withServerFirst(Duration time) {
    return new EgressLimits(
        connections, head, connect, idle, time, headBytes, lineBytes, modelRequestBytes, names);
  }
}
