package dev.claw.access;

import static dev.claw.access.Scene.ANN;
import static dev.claw.access.Scene.CODER;
import static dev.claw.access.Scene.EVE;
import static dev.claw.access.Scene.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database or a record that can't be written or read: nothing is done, and nobody gets in. */
class DamagedTest {
  @TempDir Path folder;
  private Scene scene;

  @BeforeEach
  void make() throws Exception {
    scene = new Scene(folder);
  }

  private static void assertFails(ThrowingCallable act) {
    assertThatThrownBy(act).isInstanceOf(AccessException.class);
  }

  @Test
  void aReadOnlyOneStillDecidesAndChangesNothing() throws Exception {
    scene.pair(ANN, Role.OPERATOR);
    PairingToken token = scene.invite(Role.ADMIN);
    scene.pragma = "PRAGMA query_only = ON";
    assertThat(scene.may(ANN, ChatAction.STOP)).isTrue();
    assertThat(scene.may(EVE, ChatAction.STOP)).isFalse();
    assertFails(() -> scene.invite(Role.VIEWER));
    assertFails(() -> scene.show(EVE, token));
    assertFails(() -> scene.show(EVE, PairingToken.random(scene.random)));
    assertFails(() -> scene.pairings.revoke(OPERATOR, CODER, 4711));
    assertFails(() -> scene.pairings.role(OPERATOR, CODER, 4711, Role.ADMIN));
    assertThat(scene.coderEvents())
        .contains("access.invite cli:bob(1000) FAILED", "access.role cli:bob(1000) FAILED");
    scene.pragma = "PRAGMA synchronous = FULL";
    assertThat(scene.invitations.state(token.hash())).isInstanceOf(InvitationState.Open.class);
    assertThat(scene.may(ANN, ChatAction.STOP)).isTrue();
  }

  @Test
  void onAFullDiskNothingHalfHappens() throws Exception {
    PairingToken shown = scene.requested(Role.ADMIN);
    // As full as it is: SQLite then says SQLITE_FULL wherever a page more is needed.
    scene.sql("CREATE TABLE filler (x BLOB)");
    scene.pragma = "PRAGMA max_page_count = 1";
    boolean full = false;
    for (int i = 0; i < 200 && !full; i++) {
      try {
        scene.invite(Role.VIEWER);
      } catch (AccessException e) {
        assertThat(e).hasMessageContaining("full");
        full = true;
      }
    }
    assertThat(full).isTrue();
    long before = scene.count("access_invitation", "TRUE");
    assertFails(() -> scene.invite(Role.VIEWER));
    assertThat(scene.count("access_invitation", "TRUE")).isEqualTo(before);
    scene.pragma = "PRAGMA synchronous = FULL";
    assertThat(scene.confirm(shown, 4711)).isInstanceOf(ConfirmOutcome.Confirmed.class);
  }

  @Test
  void aCorruptOneLetsNobodyIn() throws Exception {
    scene.pair(ANN, Role.ADMIN);
    scene.sql("PRAGMA wal_checkpoint(TRUNCATE)");
    byte[] bytes = Files.readAllBytes(scene.file);
    for (int i = 100; i < bytes.length; i++) {
      bytes[i] ^= 0x5a;
    }
    Files.write(scene.file, bytes);
    assertFails(() -> scene.may(ANN, ChatAction.STATUS));
    assertFails(() -> scene.gate.agents(ANN));
    assertFails(() -> scene.gate.users(CODER, ChatAction.STATUS));
    assertFails(() -> scene.show(ANN, PairingToken.random(scene.random)));
    assertFails(() -> scene.invite(Role.VIEWER));
  }

  @Test
  void whatCanNotBeRecordedDoesNotHappen() throws Exception {
    PairingToken token = scene.invite(Role.ADMIN);
    Path log = scene.log(Optional.of(CODER.name()));
    Files.move(log, folder.resolve("aside"));
    Files.createDirectory(log);
    assertFails(() -> scene.show(ANN, token));
    assertThat(scene.invitations.state(token.hash())).isInstanceOf(InvitationState.Open.class);
    assertFails(() -> scene.invite(Role.VIEWER));
    assertFails(() -> scene.may(EVE, ChatAction.STATUS));
    Files.delete(log);
    Files.move(folder.resolve("aside"), log);
    scene.show(ANN, token);
    assertThat(scene.confirm(token, 4711)).isInstanceOf(ConfirmOutcome.Confirmed.class);
  }
}
