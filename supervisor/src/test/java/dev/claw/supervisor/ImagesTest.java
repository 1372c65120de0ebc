package dev.claw.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.Digest;
import dev.claw.model.ImageInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  private static final String NEW = "localhost/new";

  @TempDir Path folder;

  private static List<Digest> unused(Fixture fixture) throws Exception {
    return new Images(fixture.host).unused(NEW).stream().map(ImageInfo::digest).toList();
  }

  @Test
  void keepsTheLockedTheUsedAndTheNamed() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.backend.put(NEW, Digest.of("new"));
    fixture.backend.put("localhost/old", Digest.of("old"));
    fixture.backend.put("localhost/older", Digest.of("older"));
    assertThat(unused(fixture)).containsExactly(Digest.of("older"), Digest.of("old"));
    // Its lock names it no more, and its container still uses it.
    fixture.start();
    new AgentStop(fixture.host).stop(Fixture.CODER, Duration.ZERO);
    Files.delete(fixture.coder().lock());
    assertThat(unused(fixture)).containsExactly(Digest.of("older"), Digest.of("old"));
    fixture.backend.containers.clear();
    assertThat(unused(fixture))
        .containsExactly(Digest.of("older"), Digest.of("old"), Fixture.IMAGE_DIGEST);
  }

  @Test
  void keepsWhatADeletedAgentIsLockedTo() throws Exception {
    Fixture fixture = Fixture.withCoder(folder);
    fixture.backend.put(NEW, Digest.of("new"));
    new Trash(fixture.host).delete(Fixture.CODER, false);
    assertThat(unused(fixture)).isEmpty();
  }

  @Test
  void removesOnRecord() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    fixture.backend.put("localhost/old", Digest.of("old"));
    ImageInfo old = new Images(fixture.host).list().getFirst();
    assertThat(old.digest()).isEqualTo(Digest.of("old"));
    new Images(fixture.host).remove(old);
    assertThat(fixture.backend.images).containsOnlyKeys(Fixture.IMAGE);
    assertThat(fixture.events(fixture.host.home().audit()))
        .endsWith("image.remove intent", "image.remove DONE");
  }
}
