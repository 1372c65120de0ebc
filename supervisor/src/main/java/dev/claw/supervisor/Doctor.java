package dev.claw.supervisor;

import dev.claw.lock.HostKeyStore;
import dev.claw.lock.KeyException;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.Check;
import dev.claw.model.Check.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** Looks at everything that an agent needs of this host. */
public final class Doctor {
  /** An agent image and its keep-id copy take about 2 GiB, an agent's state some more. */
  private static final long ENOUGH_DISK = 4L << 30;

  private final ClawHome home;
  private final Backend backend;
  private final HostKeyStore keys;
  private final String image;
  private final TelegramCheck telegram;

  /**
   * @param image reference of the image that new agents get
   */
  public Doctor(
      ClawHome home, Backend backend, HostKeyStore keys, String image, TelegramCheck telegram) {
    this.home = home;
    this.backend = backend;
    this.keys = keys;
    this.image = image;
    this.telegram = telegram;
  }

  /** All checks; those of the state folder first. */
  public List<Check> run() {
    List<Check> checks = new ArrayList<>();
    checks.add(stateFolder());
    checks.add(hostKey());
    checks.add(disk());
    checks.addAll(backend.diagnose());
    boolean backendUp = checks.stream().noneMatch(check -> check.outcome() == Outcome.FAILED);
    if (backendUp) {
      checks.add(agentImage());
    }
    if (checks.getFirst().outcome() == Outcome.OK) {
      telegram.run().ifPresent(checks::add);
    }
    return checks;
  }

  private Check stateFolder() {
    try {
      home.verify();
      return new Check("state folder", Outcome.OK, home.root() + ", yours alone", "");
    } catch (SupervisorException e) {
      String fix = e.reason() == SupervisorException.Reason.NOT_FOUND ? "claw init" : "as it says";
      return new Check("state folder", Outcome.FAILED, String.valueOf(e.getMessage()), fix);
    }
  }

  private Check hostKey() {
    try {
      return new Check("host key", Outcome.OK, keys.load().signing().keyId().value(), "");
    } catch (KeyException e) {
      return new Check("host key", Outcome.FAILED, String.valueOf(e.getMessage()), "claw init");
    }
  }

  private Check disk() {
    try {
      long free =
          Files.getFileStore(Files.exists(home.root()) ? home.root() : home.root().getRoot())
              .getUsableSpace();
      return free >= ENOUGH_DISK
          ? new Check("disk", Outcome.OK, (free >> 30) + " GiB free", "")
          : new Check(
              "disk",
              Outcome.WARNING,
              (free >> 20) + " MiB free where 4 GiB are wanted",
              "free some space, or set CLAW_HOME to another disk");
    } catch (IOException e) {
      return new Check(
          "disk", Outcome.WARNING, "free space can't be read: " + Failures.describe(e), "");
    }
  }

  private Check agentImage() {
    try {
      return backend
          .findImage(image)
          .map(
              found ->
                  new Check(
                      "agent image",
                      Outcome.OK,
                      image
                          + " with OpenClaw "
                          + found.labels().getOrDefault("claw.openclaw.version", "(unknown)")
                          + ", "
                          + found.digest().abbreviated(),
                      ""))
          .orElseGet(
              () ->
                  new Check(
                      "agent image", Outcome.FAILED, image + " is not here", "claw image build"));
    } catch (BackendException e) {
      return new Check(
          "agent image", Outcome.FAILED, String.valueOf(e.getMessage()), "claw image build");
    }
  }
}
