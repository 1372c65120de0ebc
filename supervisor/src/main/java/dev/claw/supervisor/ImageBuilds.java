package dev.claw.supervisor;

import dev.claw.bootstrap.BuiltImage;
import dev.claw.bootstrap.ImageBuild;
import dev.claw.bootstrap.ImageBuildException;
import dev.claw.bootstrap.ImageBuildListener;
import dev.claw.bootstrap.ImageBuildOptions;
import dev.claw.model.BackendException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.util.Map;

/** Builds of the agent image, on record: what agents run decides what they can do. */
public final class ImageBuilds {
  private final Host host;
  private final ImageBuild build;

  public ImageBuilds(Host host, ImageBuild build) {
    this.host = host;
    this.build = build;
  }

  /**
   * Builds the image and gives it its names.
   *
   * @throws SupervisorException FAILED with the last lines of the log, INTERRUPTED with everything
   *     undone
   */
  public BuiltImage build(ImageBuildOptions options, ImageBuildListener listener)
      throws SupervisorException, BackendException {
    host.home().verify();
    return host.journal()
        .onHost(
            "image.build",
            null,
            Map.of("tags", options.tags(), "noCache", options.noCache()),
            () -> run(options, listener),
            image -> Map.of("digest", image.digest(), "reused", image.reused()));
  }

  private BuiltImage run(ImageBuildOptions options, ImageBuildListener listener)
      throws SupervisorException {
    try {
      return build.run(options, listener);
    } catch (ImageBuildException e) {
      throw new SupervisorException(Reason.FAILED, String.valueOf(e.getMessage()), e);
    } catch (InterruptedException e) {
      throw new SupervisorException(
          Reason.INTERRUPTED, "image build: broken off; nothing of it was kept but the cache", e);
    }
  }
}
