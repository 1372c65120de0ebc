/**
 * Canonical JSON, digests, keys, the signed lock, its verification, and drift as data: what makes
 * "the lock is the truth" checkable.
 */
@NullMarked
package dev.claw.lock;

import org.jspecify.annotations.NullMarked;
