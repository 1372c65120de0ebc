package dev.claw.backend.podman;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalLong;

/** Reads {@code /proc/PID/net/tcp} and {@code tcp6}, in the format of proc_net_tcp. */
final class SocketTable {
  private static final String ESTABLISHED = "01";

  private SocketTable() {}

  /**
   * The inode of the one established socket between two IPv4 addresses; empty where there is none.
   *
   * @param lines of both tables: a socket of IPv6 can have addresses of IPv4
   */
  static OptionalLong inode(List<String> lines, InetSocketAddress local, InetSocketAddress remote) {
    long[] inodes =
        lines.stream()
            .map(line -> line.strip().split("\\s+", -1))
            .filter(
                fields ->
                    fields.length > 9
                        && fields[3].equals(ESTABLISHED)
                        && is(fields[1], local)
                        && is(fields[2], remote))
            .mapToLong(fields -> Long.parseLong(fields[9]))
            .distinct()
            .toArray();
    return inodes.length == 1 && inodes[0] != 0 ? OptionalLong.of(inodes[0]) : OptionalLong.empty();
  }

  private static boolean is(String field, InetSocketAddress wanted) {
    int colon = field.indexOf(':');
    if (colon != 8 && colon != 32) {
      return false;
    }
    try {
      byte[] address = new byte[colon / 2];
      for (int i = 0; i < address.length; i++) {
        // Each 32-bit word stands there as this little-endian machine reads it.
        int at = (i / 4 * 4 + 3 - i % 4) * 2;
        address[i] = (byte) Integer.parseInt(field.substring(at, at + 2), 16);
      }
      // An IPv4 address in IPv6's clothes becomes one of IPv4.
      return InetAddress.getByAddress(address).equals(wanted.getAddress())
          && Integer.parseInt(field.substring(colon + 1), 16) == wanted.getPort();
    } catch (NumberFormatException | UnknownHostException e) {
      return false; // the heading
    }
  }
}
