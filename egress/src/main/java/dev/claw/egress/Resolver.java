package dev.claw.egress;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Looks a name up on the host. */
@FunctionalInterface
public interface Resolver {
  /**
   * All addresses of a name, the preferred first. Must not block. Fails with an exception, or with
   * an empty list, where there are none.
   */
  CompletionStage<List<InetAddress>> resolve(String name);
}
