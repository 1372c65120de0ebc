package dev.claw.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An image on this host.
 *
 * @param digest of its manifest; what a lock names
 * @param id of its configuration, as the backend calls it
 * @param names references with tag
 * @param size bytes
 */
public record ImageInfo(
    Digest digest,
    String id,
    List<String> names,
    Map<String, String> labels,
    Instant created,
    ByteSize size) {
  /** Copies list and map. */
  public ImageInfo {
    names = List.copyOf(names);
    labels = Map.copyOf(labels);
  }
}
