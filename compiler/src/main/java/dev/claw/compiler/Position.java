package dev.claw.compiler;

/**
 * A place in a file.
 *
 * @param file as messages name it
 * @param line counted from 1
 * @param column counted from 1, in characters
 */
public record Position(String file, int line, int column) {}
