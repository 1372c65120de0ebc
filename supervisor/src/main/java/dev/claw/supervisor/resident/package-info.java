/**
 * The one process of claw that stays: it serves the egress of running agents and is asked for it
 * over a control socket. It keeps nothing that is not on disk.
 */
@NullMarked
package dev.claw.supervisor.resident;

import org.jspecify.annotations.NullMarked;
