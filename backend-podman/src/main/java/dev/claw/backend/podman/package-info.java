/**
 * The Backend over Podman's libpod API: an agent is a rootless pod with one container, made, read
 * back from the kernel, stopped and removed here.
 */
@NullMarked
package dev.claw.backend.podman;

import org.jspecify.annotations.NullMarked;
