package dev.claw.model;

/**
 * One end of a TCP connection.
 *
 * @param address as {@link AddressText} spells it
 */
public record Endpoint(String address, int port) {}
