package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStop;
import dev.claw.supervisor.Fixture;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResidentProcessTest extends OnResident {
  @Test
  void servesAnAgentByItsLockAtASocketOfItsOwn() throws Exception {
    var _ = run(Optional.empty());
    Path socket = client.serve(Fixture.CODER);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    assertThat(client.serve(Fixture.CODER)).isEqualTo(socket);
    SupervisorStatus status = client.status().orElseThrow();
    assertThat(status.version()).isEqualTo("1.2.3");
    assertThat(status.agents())
        .containsExactly(new SupervisorStatus.Served(Fixture.CODER, 0, 0, 0));
    assertThat(folder.serving()).exists();
    assertThat(client.stop()).isTrue();
    assertThat(socket).doesNotExist();
    assertThat(folder.control()).doesNotExist();
    assertThat(folder.serving()).doesNotExist();
    assertThat(client.status()).isEmpty();
    assertThat(client.stop()).isFalse();
  }

  @Test
  void anAgentWhoseLockDoesNotHoldLosesItsEgress() throws Exception {
    var _ = run(Optional.empty());
    Path socket = client.serve(Fixture.CODER);
    Files.writeString(fixture.host.home().agent(Fixture.CODER).openclaw(), "{}");
    assertThatThrownBy(() -> client.refresh(Fixture.CODER))
        .isInstanceOfSatisfying(
            SupervisorException.class, e -> assertThat(e.reason()).isEqualTo(Reason.DRIFT));
    assertThat(socket).doesNotExist();
    assertThat(client.status().orElseThrow().agents()).isEmpty();
  }

  @Test
  void whoRunsAndLostItsEgressHasItAgainWhenItsLockHolds() throws Exception {
    fixture.start();
    Path config = fixture.host.home().agent(Fixture.CODER).openclaw();
    byte[] locked = Files.readAllBytes(config);
    var _ = run(Optional.empty());
    await(() -> log.contains("coder: runs, so its egress is open again"));
    Files.writeString(config, "{}");
    assertThatThrownBy(() -> client.refresh(Fixture.CODER)).isInstanceOf(SupervisorException.class);
    assertThat(client.status().orElseThrow().agents()).isEmpty();
    Files.write(config, locked);
    client.refresh(Fixture.CODER);
    assertThat(client.status().orElseThrow().agents()).hasSize(1);
  }

  @Test
  void anAgentThatIsStartedBySomebodyElseIsServedToo() throws Exception {
    var _ = run(Optional.empty());
    await(() -> fixture.backend.calls.stream().anyMatch(call -> call.startsWith("watch ")));
    fixture.start(); // its egress is asked for elsewhere, as this fixture has it
    assertThat(client.status().orElseThrow().agents()).isEmpty();
    fixture.backend.change(fixture.record(Fixture.CODER).id());
    await(() -> client.status().orElseThrow().agents().size() == 1);
  }

  @Test
  void whoeverHoldsTheLockAndDoesNotAnswerIsNotTakenForNobody() throws Exception {
    folder.create();
    try (ProcessLock _ = ProcessLock.take(lock(), new ProcessLock.Holder(4711, folder.control()))) {
      SupervisorClient impatient =
          new SupervisorClient(
              folder,
              lock(),
              new ResidentStart(List.of(), temporary.resolve("log")),
              Duration.ZERO);
      assertThatThrownBy(() -> impatient.refresh(Fixture.CODER))
          .hasMessageContaining("(pid 4711) runs and does not answer");
      assertThatThrownBy(() -> impatient.serve(Fixture.CODER))
          .hasMessageContaining("does not answer");
    }
  }

  @Test
  void whoDoesNotExistIsNotServed() throws Exception {
    var _ = run(Optional.empty());
    assertThatThrownBy(() -> client.serve(new AgentName("nobody")))
        .isInstanceOfSatisfying(
            SupervisorException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
    client.refresh(new AgentName("nobody"));
  }

  @Test
  void oneProcessAStateFolder() throws Exception {
    var _ = run(Optional.empty());
    assertThatThrownBy(() -> run(Optional.empty()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .rootCause()
        .isInstanceOfSatisfying(
            SupervisorException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CONFLICT))
        .hasMessageContaining("pid " + ProcessHandle.current().pid())
        .hasMessageContaining("at " + folder.control());
    assertThat(client.status()).isPresent();
  }

  @Test
  void opensAgainWhatRanBeforeItAndBuildsADoorThatWasLost() throws Exception {
    fixture.start();
    fixture.backend.calls.clear();
    var _ = run(Optional.empty());
    await(() -> log.contains("coder: runs, so its egress is open again"));
    assertThat(client.status().orElseThrow().agents()).hasSize(1);
    assertThat(fixture.backend.calls).anyMatch(call -> call.startsWith("openDoor"));
  }

  @Test
  void anAgentThatEndedIsServedNoLongerAndThenNobodyNeedsTheProcess() throws Exception {
    fixture.start();
    AgentId id = fixture.record(Fixture.CODER).id();
    Path bot = fixture.host.home().secrets().resolve("telegram.toml");
    Files.createFile(bot); // keeps the process until it has found the agent
    CompletableFuture<Void> process = run(Optional.of(Duration.ofMillis(1)));
    await(() -> log.contains("coder: runs, so its egress is open again"));
    Files.delete(bot);
    client.lookAtChat();
    assertThat(process).as("needed").isNotDone();
    new AgentStop(fixture.host).stop(Fixture.CODER, Duration.ZERO);
    fixture.backend.change(id);
    process.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(log).contains("ends: nobody needs it");
  }

  @Test
  void aSocketThatAKilledProcessLeftIsReplaced() throws Exception {
    folder.create();
    Files.createFile(folder.control());
    Files.createFile(folder.serving());
    assertThat(client.status()).isEmpty();
    assertThatThrownBy(client::revive).hasMessageContaining("claw supervisor run");
    var _ = run(Optional.empty());
    assertThat(client.status()).isPresent();
    assertThat(client.revive()).isFalse();
  }

  @Test
  void aFolderThatOthersCanEnterIsRefused() throws Exception {
    Files.createDirectory(folder.path());
    Files.setPosixFilePermissions(folder.path(), PosixFilePermissions.fromString("rwxrwx---"));
    assertThatThrownBy(() -> run(Optional.empty()).get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .rootCause()
        .hasMessageContaining("yours alone");
  }

  @Test
  void aPathTooLongForASocketIsRefusedWithItsLength() {
    ResidentFolder deep = new ResidentFolder(temporary.resolve("x".repeat(90)));
    assertThatThrownBy(deep::create).hasMessageContaining("at most 107 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET / HTTP/1.1",
        "{\"act\":\"format\"}",
        "{\"act\":\"serve\"}",
        "{\"act\":\"serve\",\"agent\":\"../coder\"}",
        "{\"act\":\"status\",\"more\":1}",
        "[[[[[[[["
      })
  void whatIsNotUnderstoodIsAnsweredAndHarmsNobody(String line) throws Exception {
    var _ = run(Optional.empty());
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(folder.control()));
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      String answer = new String(ControlServer.line(channel), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("{\"failed\":{").contains("does not understand");
    }
    assertThat(client.status()).isPresent();
  }

  @Test
  void aHundredThatSayNothingKeepNobodyElseOut() throws Exception {
    var _ = run(Optional.empty());
    List<SocketChannel> silent = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 100; i++) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      channel.connect(UnixDomainSocketAddress.of(folder.control()));
      silent.add(channel);
    }
    assertThat(client.status()).isPresent();
    for (SocketChannel channel : silent) {
      channel.close();
    }
  }
}
