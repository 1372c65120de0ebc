package dev.claw.cli;

import dev.claw.bootstrap.ImageRecipe;
import dev.claw.model.ImageInfo;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(description = "Lists agent images, the newest first.")
final class ImageListCommand implements LooksOnly {
  private final Claw claw;

  @Mixin private JsonOption json = new JsonOption();

  ImageListCommand(Claw claw) {
    this.claw = claw;
  }

  @Override
  public ExitCode call() throws Exception {
    List<ImageInfo> images = claw.images().list();
    if (json.wanted()) {
      RecordJson.print(claw.out(), images);
      return ExitCode.DONE;
    }
    Table table = new Table("NAME", "DIGEST", "OPENCLAW", "SIZE", "CREATED");
    for (ImageInfo image : images) {
      table.row(
          image.names().isEmpty() ? "<none>" : image.names().getFirst(),
          image.digest().abbreviated(),
          image.labels().getOrDefault(ImageRecipe.OPENCLAW_VERSION_LABEL, "-"),
          "%d MiB".formatted(image.size().bytes() >> 20),
          claw.ago(image.created()));
    }
    table.print(claw.out());
    return ExitCode.DONE;
  }
}
