/**
 * The state folder and the lifecycle of agents: create, start, stop, delete, each on record before
 * and after.
 */
@NullMarked
package dev.claw.supervisor;

import org.jspecify.annotations.NullMarked;
