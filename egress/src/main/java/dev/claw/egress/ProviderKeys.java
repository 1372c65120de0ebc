package dev.claw.egress;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Where the keys of model providers are. */
@FunctionalInterface
public interface ProviderKeys {
  /** The key of this name, without line ends. Must not block. Asked anew for each call. */
  CompletionStage<Optional<String>> find(String secret);
}
