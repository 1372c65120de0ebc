package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.util.regex.Pattern;

/** Podman's secrets, by exact name. */
final class Secrets {
  private static final int LARGEST = 512_000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,252}");

  private final Libpod libpod;

  Secrets(Libpod libpod) {
    this.libpod = libpod;
  }

  void put(String name, byte[] value) throws BackendException {
    String subject = subject(name);
    if (value.length == 0 || value.length >= LARGEST) {
      throw new BackendException(
          Kind.FAILED,
          subject
              + ": expected 1 to "
              + (LARGEST - 1)
              + " bytes, which is what Podman stores, found "
              + value.length
              + "; give a shorter value");
    }
    // Podman 4.3 has no replace; containers hold a copy of their own, so the gap harms none.
    remove(name);
    libpod.postRaw(subject, "/secrets/create?name=" + Libpod.encode(name), value);
  }

  boolean has(String name) throws BackendException {
    String subject = subject(name);
    // Podman also answers to a prefix of a secret's id here, hence the look at the name.
    return libpod
        .find(subject, "/secrets/" + Libpod.encode(name) + "/json")
        .filter(secret -> secret.get("Spec").get("Name").text().equals(name))
        .isPresent();
  }

  void remove(String name) throws BackendException {
    if (has(name)) {
      libpod.delete(subject(name), "/secrets/" + Libpod.encode(name));
    }
  }

  private static String subject(String name) throws BackendException {
    String subject = "secret " + Quoted.of(name);
    if (!NAME.matcher(name).matches()) {
      throw new BackendException(
          Kind.FAILED,
          subject
              + ": expected a name of letters, digits, '_', '.' and '-', not starting with a mark;"
              + " choose another name");
    }
    return subject;
  }
}
