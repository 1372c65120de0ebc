package dev.claw.cli;

import dev.claw.bootstrap.BuiltImage;
import dev.claw.bootstrap.ImageBuildOptions;
import dev.claw.bootstrap.ImageSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description = {
      "Builds the agent image, with the real OpenClaw in it: without a container registry, from Debian packages and npm;"
          + " with --base, on top of an image.",
      "Agents stay locked to the image that they were made for, by digest; 'claw start --force' moves one to the new image."
    })
final class ImageBuildCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Option(
      names = {"-t", "--tag"},
      paramLabel = "NAME",
      description =
          "Name of the image; may be given more than once. Default: " + AgentImage.REFERENCE + ".")
  private List<String> tags = List.of();

  @Option(names = "--no-cache", description = "Fetch and make everything anew.")
  private boolean noCache;

  @Option(
      names = "--base",
      paramLabel = "IMAGE",
      description = "Image to build on, with Debian's apt-get in it.")
  private @Nullable String base;

  ImageBuildCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    ImageBuildOptions options;
    try {
      options =
          new ImageBuildOptions(
              tags.isEmpty() ? List.of(AgentImage.REFERENCE) : tags,
              base == null ? new ImageSource.DebianPackages() : new ImageSource.OnImage(base),
              noCache,
              claw.cacheFolder().resolve("image"),
              claw.cacheFolder().resolve("image-build.log"));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
    BuiltImage image;
    try (ProgressBar bar = new ProgressBar(claw)) {
      image = claw.imageBuilds().build(options, bar::step);
    }
    claw.err().println(image.reused() ? "The image was there already." : "The image is built.");
    claw.out().println(image.digest());
    return ExitCode.DONE;
  }
}
