package dev.claw.cli;

import dev.claw.model.ImageInfo;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    description =
        "Removes agent images that no agent is locked to, that no container uses, less the one that new agents get.")
final class ImagePruneCommand implements Callable<ExitCode> {
  private final Claw claw;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  ImagePruneCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<ImageInfo> unused = claw.images().unused(AgentImage.REFERENCE);
    if (unused.isEmpty()) {
      claw.err().println("There is no unused agent image.");
      return ExitCode.DONE;
    }
    if (!yes) {
      Confirmation.ask(claw, "Remove " + unused.size() + " unused agent image(s)?", "--yes");
    }
    for (ImageInfo image : unused) {
      claw.images().remove(image);
      claw.out().println(image.digest());
    }
    return ExitCode.DONE;
  }
}
