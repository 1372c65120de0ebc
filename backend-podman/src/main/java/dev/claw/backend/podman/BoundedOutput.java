package dev.claw.backend.podman;

import java.io.ByteArrayOutputStream;

/** Keeps the first so many bytes of each of two streams and lets the rest pass. */
final class BoundedOutput implements FrameReader.Sink {
  private final int limit;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  BoundedOutput(int limit) {
    this.limit = limit;
  }

  @Override
  public boolean accept(boolean error, boolean first, byte[] bytes, int length) {
    ByteArrayOutputStream stream = error ? err : out;
    stream.write(bytes, 0, Math.min(length, limit - stream.size()));
    return true;
  }

  byte[] stdout() {
    return out.toByteArray();
  }

  byte[] stderr() {
    return err.toByteArray();
  }
}
