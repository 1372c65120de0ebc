package dev.claw.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a container's output.
 *
 * @param follow go on with what comes
 * @param since only what is not older; null for all
 * @param tail only so many last lines; negative for all
 */
public record LogQuery(boolean follow, @Nullable Instant since, int tail) {}
