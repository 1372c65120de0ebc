/**
 * The claw command: a class a command, each of which parses, calls one service and prints; all
 * wiring is here.
 */
@NullMarked
package dev.claw.cli;

import org.jspecify.annotations.NullMarked;
