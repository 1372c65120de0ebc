package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.ByteSize;
import dev.claw.model.Digest;
import dev.claw.model.ImageInfo;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images on this host; nothing here ever asks a registry. */
final class Images {
  /**
   * How long making a container may take: before the first one of an image Podman copies the image
   * with the ids of the user's namespace, a gigabyte and more.
   */
  static final Duration COPY = Duration.ofMinutes(15);

  private final Libpod libpod;

  Images(Libpod libpod) {
    this.libpod = libpod;
  }

  /** The digest of an image's manifest, from any of libpod's descriptions of it. */
  static Optional<Digest> digestOf(Json image) {
    try {
      return Optional.of(Digest.parse(image.get("Digest").text()));
    } catch (InvalidValueException e) {
      return Optional.empty();
    }
  }

  Optional<ImageInfo> find(String reference) throws BackendException {
    String subject = "image " + Quoted.of(reference);
    Optional<Json> found = libpod.find(subject, "/images/" + Libpod.encode(reference) + "/json");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Json image = found.get();
    Optional<Digest> digest = digestOf(image);
    if (digest.isEmpty()) {
      throw new BackendException(
          Kind.FAILED,
          subject + ": expected a digest from Podman, found none; build or pull the image again");
    }
    return Optional.of(
        new ImageInfo(
            digest.get(),
            image.get("Id").text(),
            image.get("RepoTags").texts(),
            image.get("Labels").textMembers(),
            Instant.parse(image.get("Created").findText().orElse("1970-01-01T00:00:00Z")),
            new ByteSize(Math.max(0, image.get("Size").number()))));
  }

  List<ImageInfo> list() throws BackendException {
    String path = "/images/json?" + Libpod.filters(Map.of("label", List.of(Label.RECIPE)));
    return libpod.get("images", path).elements().stream()
        .flatMap(image -> digestOf(image).map(digest -> info(digest, image)).stream())
        .toList();
  }

  /**
   * Podman's id of the image with this digest, whatever its names say today.
   *
   * @throws BackendException of kind NOT_FOUND where it is not on this host
   */
  String getId(Digest digest) throws BackendException {
    return findId(digest)
        .orElseThrow(
            () ->
                new BackendException(
                    Kind.NOT_FOUND,
                    "image "
                        + digest
                        + ": expected it on this host, found none with this digest; claw pulls"
                        + " nothing at start: run `claw image build`, then lock the agent again"));
  }

  void remove(Digest digest) throws BackendException {
    Optional<String> id = findId(digest);
    if (id.isEmpty()) {
      return;
    }
    String subject = "image " + digest;
    // By id and with force all names go at once; a container in the way is looked for first,
    // because force would take it along.
    String users =
        "/containers/json?all=true&" + Libpod.filters(Map.of("ancestor", List.of(id.get())));
    List<ListedContainer> containers =
        libpod.get(subject, users).elements().stream().map(ListedContainer::from).toList();
    if (!containers.isEmpty()) {
      throw new BackendException(
          Kind.CONFLICT,
          subject
              + ": expected no container to use it, found "
              + Quoted.of(containers.getFirst().name())
              + "; remove that first");
    }
    String names =
        libpod.get(subject, "/images/" + id.get() + "/json").get("RepoTags").texts().size() > 1
            ? "?force=true"
            : "";
    libpod.delete(subject, "/images/" + id.get() + names);
  }

  private Optional<String> findId(Digest digest) throws BackendException {
    return libpod.get("image " + digest, "/images/json").elements().stream()
        .filter(image -> has(image, digest))
        .map(image -> image.get("Id").text())
        .findFirst();
  }

  private static boolean has(Json image, Digest digest) {
    return digest.value().equals(image.get("Digest").text())
        || image.get("RepoDigests").texts().stream().anyMatch(d -> d.endsWith("@" + digest));
  }

  private static ImageInfo info(Digest digest, Json image) {
    return new ImageInfo(
        digest,
        image.get("Id").text(),
        image.get("RepoTags").texts(),
        image.get("Labels").textMembers(),
        Instant.ofEpochSecond(image.get("Created").number()),
        new ByteSize(Math.max(0, image.get("Size").number())));
  }
}
