package dev.claw.egress;

/**
 * A request that is not HTTP/1.1 as everybody reads it. Nothing behind it on the connection has a
 * known beginning.
 *
 * @param status of the answer
 */
record MalformedRequest(int status, String why) {}
