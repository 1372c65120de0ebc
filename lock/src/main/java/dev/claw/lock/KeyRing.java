package dev.claw.lock;

/**
 * The keys as they stood at one moment.
 *
 * @param signing the private key
 * @param known its public half and the keys before it
 */
public record KeyRing(HostKey signing, PublicKeys known) {}
