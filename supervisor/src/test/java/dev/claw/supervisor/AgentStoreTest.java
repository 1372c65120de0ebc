package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException.Reason;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentStoreTest {
  private static final AgentName OTHER = new AgentName("other");

  @TempDir Path folder;
  private @org.jspecify.annotations.Nullable Fixture made;

  @BeforeEach
  void make() throws Exception {
    made = Fixture.withCoder(folder);
  }

  private Fixture fixture() {
    return java.util.Objects.requireNonNull(made);
  }

  private AgentStore store() {
    return fixture().host.agents();
  }

  @Test
  void listsByName() throws Exception {
    fixture().create(new AgentName("zebra"));
    fixture().create(new AgentName("ant"));
    assertThat(store().list().stream().map(entry -> entry.name().value()))
        .containsExactly("ant", "coder", "zebra");
    assertThat(store().list()).allSatisfy(entry -> assertThat(entry.problem()).isEmpty());
  }

  @Test
  void ignoresWhatClawDidNotMake() throws Exception {
    Path agents = fixture().host.home().agents();
    Files.createDirectory(agents.resolve("lost+found"));
    Files.createDirectory(agents.resolve("Upper"));
    Files.createDirectory(agents.resolve(".hidden.new"));
    Files.createFile(agents.resolve("README.md"));
    Files.createSymbolicLink(agents.resolve("a_link"), folder);
    assertThat(store().list()).hasSize(1);
  }

  @Test
  void listsABrokenOneWithWhatIsWrong() throws Exception {
    Path agents = fixture().host.home().agents();
    Files.createDirectory(agents.resolve("empty"));
    Files.createFile(agents.resolve("file"));
    Files.writeString(fixture().coder().record(), "id: 1\n");
    List<AgentStore.Entry> entries = store().list();
    assertThat(entries.stream().map(entry -> entry.name().value()))
        .containsExactly("coder", "empty", "file");
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.agent()).isEmpty();
              assertThat(entry.problem()).contains("agent.yaml:");
            });
    assertThat(entries.get(1).problem()).contains("no such file").contains("'claw delete empty'");
    assertThat(entries.getFirst().problem())
        .contains("agent.yaml:1: expected an agent id")
        .contains("'claw delete coder'");
    assertRefused(Reason.STATE, () -> store().get(CODER));
  }

  /** To open a named pipe would wait for a writer; a device may have no end. */
  @Test
  void opensOnlyFiles() throws Exception {
    Path record = fixture().coder().record();
    Files.delete(record);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(record));
      assertRefused(Reason.STATE, () -> store().get(CODER))
          .hasMessageContaining("agent.yaml: expected a file, found a pipe, socket or device")
          .hasMessageContaining("'claw delete coder'");
    }
  }

  @Test
  void refusesACopyUnderAnotherName() throws Exception {
    Path copy = fixture().host.home().agent(OTHER).path();
    Files.move(fixture().coder().path(), copy);
    assertRefused(Reason.STATE, () -> store().get(OTHER))
        .hasMessageContaining("expected the name other of its folder, found 'coder'");
    assertRefused(Reason.NOT_FOUND, () -> store().get(CODER));
    assertThat(store().list()).singleElement().satisfies(e -> assertThat(e.agent()).isEmpty());
  }

  @Test
  void refusesARecordThatIsTooLargeALinkOrBinary() throws Exception {
    Path record = fixture().coder().record();
    String text = Files.readString(record);
    Files.writeString(record, text + "#".repeat(64 * 1024));
    assertRefused(Reason.STATE, () -> store().get(CODER))
        .hasMessageContaining("expected at most 65536 bytes");
    Path elsewhere = Files.writeString(folder.resolve("elsewhere.yaml"), text);
    Files.delete(record);
    Files.createSymbolicLink(record, elsewhere);
    assertRefused(Reason.STATE, () -> store().get(CODER)).hasMessageContaining("found a link");
    Files.delete(record);
    Files.write(record, new byte[] {0, (byte) 0xff, (byte) 0xfe, '\n'});
    assertRefused(Reason.STATE, () -> store().get(CODER)).hasMessageContaining("agent.yaml:1: ");
    Files.writeString(record, text);
    assertThat(store().get(CODER).serial()).isEqualTo(1);
  }
}
