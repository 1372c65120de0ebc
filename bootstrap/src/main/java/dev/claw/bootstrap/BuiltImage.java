package dev.claw.bootstrap;

/**
 * The image at the end of a build, named, and copied for this user's containers.
 *
 * @param id Podman's image id: 64 hexadecimal digits
 * @param digest of the manifest, {@code sha256:…}; the same for the same recipe and packages
 * @param reused whether an earlier build had made it already
 */
public record BuiltImage(String id, String digest, boolean reused) {}
