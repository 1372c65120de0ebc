/**
 * The audit log: events appended to a hash chain with signed checkpoints and a signed head, by
 * several processes at once, verified and queried.
 */
@NullMarked
package dev.claw.audit;

import org.jspecify.annotations.NullMarked;
