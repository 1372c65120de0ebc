package dev.claw.compiler;

import dev.claw.model.Digest;
import java.util.Optional;

/** Tells which image a reference stands for on this host now. */
@FunctionalInterface
public interface ImageLookup {
  /** The digest; empty where there is no such image here. */
  Optional<Digest> find(String reference);
}
