package dev.claw.lock;

import java.nio.charset.StandardCharsets;

/** What is signed: the pre-authentication encoding (PAE) of DSSE, protocol version 1. */
public final class Dsse {
  private Dsse() {}

  /** {@code DSSEv1}, then type and payload, each with its length in bytes before it. */
  public static byte[] pae(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    byte[] start =
        ("DSSEv1 " + type.length + " " + payloadType + " " + payload.length + " ")
            .getBytes(StandardCharsets.UTF_8);
    byte[] encoded = new byte[start.length + payload.length];
    System.arraycopy(start, 0, encoded, 0, start.length);
    System.arraycopy(payload, 0, encoded, start.length, payload.length);
    return encoded;
  }
}
