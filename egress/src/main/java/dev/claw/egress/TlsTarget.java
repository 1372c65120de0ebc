package dev.claw.egress;

import dev.claw.model.InvalidValueException;

/** Where TLS goes: what its ClientHello and its connection agree on. */
sealed interface TlsTarget {
  /** They agree, or only one of them names a host. */
  record Agreed(Authority authority) implements TlsTarget {}

  /** They don't, or the name is malformed. */
  record Refused(String why) implements TlsTarget {}

  /**
   * Compares the two.
   *
   * @param target where the connection leads
   * @param nameUnknown whether it leads to a bare address, so that the ClientHello says the name
   */
  static TlsTarget of(ClientHello.Complete hello, Authority target, boolean nameUnknown) {
    String written = hello.serverName();
    if (written == null) {
      return target.host().isName()
          ? new Refused("the ClientHello names no host, and the rule is for a name")
          : new Agreed(target);
    }
    HostName named;
    try {
      named = HostName.parse(written);
    } catch (InvalidValueException e) {
      return new Refused("the ClientHello's server name is malformed: " + e.getMessage());
    }
    return named.isName() && (nameUnknown || named.equals(target.host()))
        ? new Agreed(new Authority(named, target.port()))
        : new Refused("the ClientHello names " + named + " instead of " + target.host());
  }
}
