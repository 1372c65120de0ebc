package dev.claw.cli;

import dev.claw.model.ImageInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(description = "Shows one agent image.")
final class ImageInspectCommand implements LooksOnly {
  private final Claw claw;

  @Parameters(
      arity = "0..1",
      paramLabel = "IMAGE",
      description = "Reference of the image; the one that claw builds where left out.")
  private String reference = "";

  @Mixin private JsonOption json = new JsonOption();

  ImageInspectCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    String wanted = reference.isEmpty() ? AgentImage.REFERENCE : reference;
    ImageInfo image =
        claw.backend()
            .findImage(wanted)
            .orElseThrow(
                () ->
                    new CliException(
                        ExitCode.NOT_FOUND,
                        wanted + ": there is no such image here; run 'claw image build'"));
    if (json.wanted()) {
      RecordJson.print(claw.out(), image);
      return ExitCode.DONE;
    }
    claw.out().println("names    " + String.join(", ", image.names()));
    claw.out().println("digest   " + image.digest());
    claw.out().println("id       " + image.id());
    claw.out().println("created  " + image.created());
    claw.out().println("size     %d MiB".formatted(image.size().bytes() >> 20));
    image.labels().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(
            label ->
                claw.out()
                    .println(
                        "label    "
                            + TerminalText.visible(label.getKey() + "=" + label.getValue())));
    return ExitCode.DONE;
  }
}
