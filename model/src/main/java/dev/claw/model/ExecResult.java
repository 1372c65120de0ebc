package dev.claw.model;

/**
 * What a program in a container left behind. The output is untrusted.
 *
 * @param exitCode of the program
 * @param stdout at most as many bytes as were asked for
 * @param stderr at most as many bytes as were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // carried from one place to one other, never compared
public record ExecResult(int exitCode, byte[] stdout, byte[] stderr) {}
