package dev.claw.egress;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Addresses from 198.18.0.0/15 that stand for names in one agent. A name keeps its address as long
 * as this table lives, and no address ever stands for a second name. Safe for use by many threads.
 */
final class FakeNames {
  private static final int NETWORK = 0xc6120000;
  private static final int MASK = 0xfffe0000;

  /** Below it stand the resolver and what else needs an address of its own. */
  private static final int FIRST = 16;

  private static final int SIZE = 1 << 17;

  private final int most;
  private final Map<String, Integer> addresses = new HashMap<>();
  private final Map<Integer, HostName> names = new HashMap<>();

  FakeNames(int most) {
    this.most = Math.min(most, SIZE - FIRST - 1);
  }

  /** The address of a name, given now where it has none; empty when the table is full. */
  synchronized Optional<InetAddress> addressOf(HostName name) {
    Integer known = addresses.get(name.text());
    if (known == null) {
      if (addresses.size() >= most) {
        return Optional.empty();
      }
      known = NETWORK | (FIRST + addresses.size());
      addresses.put(name.text(), known);
      names.put(known, name);
    }
    return Optional.of(HostName.address(bytes(known)));
  }

  synchronized Optional<HostName> nameOf(InetAddress address) {
    return contains(address) ? Optional.ofNullable(names.get(number(address))) : Optional.empty();
  }

  static boolean contains(InetAddress address) {
    return address.getAddress().length == 4 && (number(address) & MASK) == NETWORK;
  }

  private static int number(InetAddress address) {
    byte[] b = address.getAddress();
    return (b[0] & 255) << 24 | (b[1] & 255) << 16 | (b[2] & 255) << 8 | (b[3] & 255);
  }

  private static byte[] bytes(int number) {
    return new byte[] {
      (byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number
    };
  }
}
