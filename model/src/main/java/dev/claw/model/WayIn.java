package dev.claw.model;

import java.nio.file.Path;

/**
 * A way in to one TCP port on the loopback inside an agent's network namespace. Nothing in the
 * container sees the socket, and it leads nowhere but in.
 */
public interface WayIn extends AutoCloseable {
  /**
   * A Unix stream socket that only the operator can connect to. A connection ends at once where
   * nothing inside listens on the port.
   */
  Path socket();

  /** Ends it with all connections through it; done also where the agent's pod took it along. */
  @Override
  void close() throws BackendException;
}
