package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.audit.AuditVerdict;
import dev.claw.model.AgentName;
import dev.claw.supervisor.AgentStatus.LockState;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} while agents are made, at moments that nobody chose. */
class CreationKilledTest {
  private static final int ROUNDS = 20;
  private static final int WARM = 2;
  private static final String MAKING = "making ";

  @TempDir Path folder;

  /** Makes agents until it is killed, and says before each which. */
  static final class Maker {
    private Maker() {}

    public static void main(String[] args) throws Exception {
      Fixture fixture = Fixture.bare(Path.of(args[0]));
      for (int i = 0; ; i++) {
        System.out.println(MAKING + "r" + args[1] + "-" + i);
        fixture.create(new AgentName("r" + args[1] + "-" + i));
      }
    }
  }

  @Test
  void leavesWholeAgentsOrNone() throws Exception {
    Fixture fixture = Fixture.initialised(folder);
    Random random = new Random(20261121);
    Path log = fixture.host.home().audit();
    for (int round = 0; round < ROUNDS; round++) {
      Process process = Forked.start(Maker.class, folder.toString(), String.valueOf(round));
      BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
      AgentName last = CODER;
      for (int i = 0; i <= WARM; ) {
        String line = Objects.requireNonNull(reader.readLine(), "it ended by itself");
        if (line.startsWith(MAKING)) {
          last = AgentName.parse(line.substring(MAKING.length()));
          i++;
        }
      }
      // Somewhere in the making of the last one, or of one after it.
      LockSupport.parkNanos(random.nextInt(40_000_000));
      process.toHandle().destroyForcibly();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (line.startsWith(MAKING)) {
          last = AgentName.parse(line.substring(MAKING.length()));
        }
      }
      process.waitFor();

      assertThat(fixture.verify(log))
          .as("round " + round)
          .isInstanceOfAny(AuditVerdict.Intact.class, AuditVerdict.Torn.class);
      for (AgentStatus status : new Overview(fixture.host).verifiedList()) {
        assertThat(status.problems()).as(status.name().value()).isEmpty();
        assertThat(status.lock()).as(status.name().value()).isEqualTo(LockState.VERIFIED);
      }
      if (!Files.exists(fixture.host.home().agent(last).path())) {
        fixture.create(last);
      }
      assertThat(fixture.host.home().agents().resolve("." + last + ".new")).doesNotExist();
      assertThat(fixture.lockState(last)).isEqualTo(LockState.VERIFIED);
      for (AgentStore.Entry entry : fixture.host.agents().list()) {
        AgentCreation.removeTree(fixture.host.home().agent(entry.name()).path());
      }
    }
    fixture.create(CODER);
    assertThat(fixture.verify(log)).isInstanceOf(AuditVerdict.Intact.class);
  }
}
