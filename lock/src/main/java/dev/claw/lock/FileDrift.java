package dev.claw.lock;

import dev.claw.model.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares the files beside a lock with the digests in it. */
public final class FileDrift {
  private FileDrift() {}

  /**
   * The differences, in the order of {@code openclaw.json}, {@code container-spec.json}, {@code
   * seccomp.json}.
   *
   * @param artefacts bytes by file name, of the files that exist
   */
  public static List<Drift> find(PolicyLock lock, Map<String, byte[]> artefacts) {
    List<Drift> drifts = new ArrayList<>();
    for (String name : PolicyLock.ARTEFACTS) {
      byte[] bytes = artefacts.get(name);
      Digest expected = lock.artefacts().get(name);
      if (expected == null) {
        throw new AssertionError(name);
      }
      if (bytes == null) {
        drifts.add(new Drift.MissingFile(name));
      } else if (!Digest.of(bytes).equals(expected)) {
        drifts.add(new Drift.ChangedFile(name, expected, Digest.of(bytes)));
      }
    }
    return drifts;
  }
}
