package dev.claw.model;

/**
 * Limits of one agent's container. Swap is always equal to memory (no swap on top) and core files
 * are always off.
 *
 * @param memory RAM; the cgroup's {@code memory.max}
 * @param milliCpus thousandths of a CPU; {@code cpu.max} is this against a period of 100 ms
 * @param pids processes and threads; {@code pids.max}
 * @param nofile open files of each process; RLIMIT_NOFILE, soft and hard
 * @param tmp size of the tmpfs on {@code /tmp}
 */
public record Resources(ByteSize memory, int milliCpus, int pids, int nofile, ByteSize tmp) {}
