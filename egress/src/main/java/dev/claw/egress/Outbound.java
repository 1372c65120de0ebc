package dev.claw.egress;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Where a connection to a vetted address really goes. */
@FunctionalInterface
public interface Outbound {
  /** Straight to the address. */
  Outbound DIRECT = InetSocketAddress::new;

  /** The socket address to connect to; never looks anything up. */
  SocketAddress route(InetAddress address, int port);
}
