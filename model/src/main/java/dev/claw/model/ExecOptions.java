package dev.claw.model;

/**
 * How a program meets the caller's streams.
 *
 * @param terminal give it a terminal
 * @param input pass standard input on
 */
public record ExecOptions(boolean terminal, boolean input) {}
