package dev.claw.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** The host's own resolver, IPv4 first, on threads that may block. */
public final class SystemResolver implements Resolver {
  private final Executor blocking;

  /**
   * @param blocking runs look-ups, each of which blocks for seconds at worst
   */
  public SystemResolver(Executor blocking) {
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<List<InetAddress>> resolve(String name) {
    return CompletableFuture.supplyAsync(() -> lookUp(name), blocking);
  }

  private static List<InetAddress> lookUp(String name) {
    try {
      // The dot at the end keeps the search list of resolv.conf out.
      List<InetAddress> all =
          new ArrayList<>(
              List.of(InetAddress.getAllByName(name.contains(".") ? name + "." : name)));
      all.sort(Comparator.comparingInt(address -> address.getAddress().length));
      return all;
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    }
  }
}
