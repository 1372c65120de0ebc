/** What the hot paths cost. */
@NullMarked
package dev.claw.benchmarks;

import org.jspecify.annotations.NullMarked;
