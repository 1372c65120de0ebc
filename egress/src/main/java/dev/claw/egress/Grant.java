package dev.claw.egress;

import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.time.Instant;
import java.util.List;

/**
 * A time-bound addition to an agent's egress, which its lock does not hold.
 *
 * @param id by which it is on record
 * @param host as in a rule: a name, an address, {@code *.name} or {@code **.name}
 * @param ports TCP ports; never empty
 * @param until from this instant on it admits nothing
 */
public record Grant(String id, String host, List<Integer> ports, Instant until) {
  /** Copies the ports. */
  public Grant {
    ports = List.copyOf(ports);
  }

  /**
   * Checks host and ports.
   *
   * @throws InvalidValueException if the host is no pattern, or no port is given
   */
  public static Grant parse(String id, String host, List<Integer> ports, Instant until)
      throws InvalidValueException {
    String prefix = host.startsWith("**.") ? "**." : host.startsWith("*.") ? "*." : "";
    String written = host.substring(prefix.length());
    HostName name = HostName.parse(written.contains(":") ? "[" + written + "]" : written);
    if (!prefix.isEmpty() && !name.isName()) {
      throw new InvalidValueException("expected a name behind '*', found " + Quoted.of(host));
    }
    if (ports.isEmpty() || ports.stream().anyMatch(port -> port < 1 || port > 65_535)) {
      throw new InvalidValueException("expected ports from 1 to 65535, found " + ports);
    }
    return new Grant(id, prefix + name.text(), ports, until);
  }
}
