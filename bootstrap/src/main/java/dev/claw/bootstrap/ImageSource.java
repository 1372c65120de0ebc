package dev.claw.bootstrap;

/** What the agent image stands on. */
public sealed interface ImageSource {

  /** A minimal Debian made from its packages; needs no container registry. */
  record DebianPackages() implements ImageSource {}

  /**
   * An image in Podman's local storage, a Debian or like it, with {@code apt-get} inside.
   *
   * @param name a name or an id, as Podman takes it
   */
  record OnImage(String name) implements ImageSource {
    public OnImage {
      if (name.isBlank()
          || name.startsWith("-")
          || name.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "base image: expected a name or an id, found '" + name + "'; podman images lists them");
      }
    }
  }
}
