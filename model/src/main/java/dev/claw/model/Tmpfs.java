package dev.claw.model;

/**
 * A file system in memory, empty at every start; always {@code nosuid,nodev}.
 *
 * @param target absolute path in the container
 */
public record Tmpfs(String target, ByteSize size) {}
