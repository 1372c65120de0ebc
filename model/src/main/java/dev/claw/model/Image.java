package dev.claw.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An image by reference and, once it is known, by the digest that alone may run. */
public record Image(String reference, @Nullable Digest digest) {
  /** The digest; empty where the image was not on the host when the policy was compiled. */
  public Optional<Digest> findDigest() {
    return Optional.ofNullable(digest);
  }
}
