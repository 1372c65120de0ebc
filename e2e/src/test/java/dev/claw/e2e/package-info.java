/** Drives the shipped launcher as a user does, on real rootless Podman with the real OpenClaw. */
@NullMarked
package dev.claw.e2e;

import org.jspecify.annotations.NullMarked;
