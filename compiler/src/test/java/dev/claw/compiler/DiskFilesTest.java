package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.MountRules.Kind;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFilesTest {
  private final HostFiles files = HostFiles.ofThisHost();
  @TempDir Path temporary = Path.of("");

  @Test
  void tellsKindsApart() throws Exception {
    Path folder = temporary.toRealPath();
    Path file = Files.writeString(folder.resolve("f"), "x");
    assertThat(files.look(folder).kind()).isEqualTo(Kind.FOLDER);
    assertThat(files.look(file).kind()).isEqualTo(Kind.FILE);
    assertThat(files.look(folder.resolve("none")).kind()).isEqualTo(Kind.MISSING);
    assertThat(files.look(Path.of("/dev/null")).kind()).isEqualTo(Kind.OTHER);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(folder.resolve("s")));
      assertThat(files.look(folder.resolve("s")).kind()).isEqualTo(Kind.SOCKET);
    }
  }

  @Test
  void linksAreResolved() throws Exception {
    Path folder = temporary.toRealPath();
    Path link = Files.createSymbolicLink(folder.resolve("l"), Path.of("/"));
    assertThat(files.look(link)).isEqualTo(new HostFiles.Found(Path.of("/"), Kind.FOLDER));
    Path broken = Files.createSymbolicLink(folder.resolve("b"), folder.resolve("none"));
    assertThat(files.look(broken).kind()).isEqualTo(Kind.MISSING);
  }

  @Test
  void readsBoundedText() throws Exception {
    Path file = Files.writeString(temporary.resolve("f"), "12345");
    assertThat(files.read(file, 5)).isEqualTo("12345");
    assertThatThrownBy(() -> files.read(file, 4))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("larger than 4 bytes");
    assertThatThrownBy(() -> files.read(Path.of("/dev/zero"), 4)).isInstanceOf(IOException.class);
    Files.write(file, new byte[] {(byte) 0xff});
    assertThatThrownBy(() -> files.read(file, 4)).isInstanceOf(IOException.class);
  }
}
