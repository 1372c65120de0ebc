package dev.claw.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostKeyStoreTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;
  private Path secrets;
  private Path keys;
  private HostKeyStore store;

  @BeforeEach
  void folders() throws IOException {
    secrets = Files.createDirectory(home.resolve("secrets"));
    keys = Files.createDirectory(home.resolve("keys"));
    store = new HostKeyStore(secrets, keys, InstantSource.fixed(NOON));
  }

  @Test
  void createsWhatLoadReads() throws KeyException, IOException {
    KeyRing made = store.create(new SecureRandom());
    KeyRing read = store.load();
    assertThat(read.signing().keyId()).isEqualTo(made.signing().keyId());
    assertThat(read.known()).isEqualTo(new PublicKeys(made.signing().publicKey(), List.of()));
    assertThat(
            made.signing()
                .publicKey()
                .verifies(new byte[] {1}, read.signing().sign(new byte[] {1})))
        .isTrue();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret())))
        .isEqualTo("rw-------");
    assertThat(made.signing().toString())
        .doesNotContain(Files.readString(secret()).substring(28, 60));
  }

  @Test
  void openSslReadsBothHalves() throws KeyException, IOException, InterruptedException {
    store.create(new SecureRandom());
    Process openssl =
        new ProcessBuilder("openssl", "pkey", "-in", secret().toString(), "-pubout")
            .redirectErrorStream(true)
            .start();
    assertThat(openssl.getInputStream().readAllBytes())
        .isEqualTo(Files.readAllBytes(keys.resolve("host.pub")));
    assertThat(openssl.waitFor()).isZero();
  }

  @Test
  void neverOverwritesAKey() throws KeyException, IOException {
    store.create(new SecureRandom());
    String before = Files.readString(secret());
    assertThatThrownBy(() -> store.create(new SecureRandom()))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("claw key rotate");
    assertThat(secret()).hasContent(before);
  }

  @Test
  void aNewKeyRetiresTheOneWhosePrivateHalfWasLost() throws KeyException, IOException {
    PublicKey lost = store.create(new SecureRandom()).signing().publicKey();
    Files.delete(secret());
    KeyRing made = store.create(new SecureRandom());
    assertThat(made.signing().publicKey()).isNotEqualTo(lost);
    assertThat(made.known().current()).isEqualTo(made.signing().publicKey());
    assertThat(made.known().retired()).containsExactly(new PublicKeys.Retired(lost, NOON));
    assertThat(store.load().known()).isEqualTo(made.known());
    try (Stream<Path> files = Files.list(keys)) {
      assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("host.pub.next");
    }
  }

  @Test
  void aNewKeyIsNotWrittenOverAPublicKeyThatCanNotBeRead() throws KeyException, IOException {
    store.create(new SecureRandom());
    Files.delete(secret());
    Files.writeString(keys.resolve("host.pub"), "no key\n");
    assertThatThrownBy(() -> store.create(new SecureRandom()))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("host.pub");
    assertThat(secret()).doesNotExist();
    assertThat(keys.resolve("host.pub")).hasContent("no key");
  }

  @Test
  void missingKeySaysWhatToDo() {
    assertThatThrownBy(store::load)
        .isInstanceOf(KeyException.class)
        .hasMessage(
            secret() + ": expected the host's key, found no file; run 'claw init' or restore it");
  }

  @Test
  void rotationRetiresTheOldKey() throws KeyException, IOException {
    KeyRing first = store.create(new SecureRandom());
    KeyRing second = store.rotate(new SecureRandom(), (before, successor) -> {});
    KeyRing third = store.rotate(new SecureRandom(), (before, successor) -> {});
    assertThat(second.known().retired())
        .containsExactly(new PublicKeys.Retired(first.signing().publicKey(), NOON));
    assertThat(third.known().retired()).hasSize(2);
    assertThat(store.load().known().current()).isEqualTo(third.signing().publicKey());
    assertThat(names(secrets)).containsExactly("host.key");
    assertThat(names(keys)).hasSize(4).contains("host.pub", "keys.lock");
    assertThat(keys.resolve(first.signing().keyId().value().substring(7, 23) + ".pub"))
        .content()
        .startsWith("# retired 2026-11-21T12:00:00Z\n-----BEGIN PUBLIC KEY-----\n");
  }

  @Test
  void locksVerifyBeforeWhileAndAfterARotation() throws KeyException, JsonException {
    PolicyLock lock = Samples.lock(1);
    KeyRing first = store.create(new SecureRandom());
    byte[] old = LockEnvelope.sign(lock, first.signing());
    byte[][] resigned = new byte[1][];
    KeyRing second =
        store.rotate(
            new SecureRandom(),
            (before, successor) -> {
              resigned[0] = LockEnvelope.sign(lock, before.signing(), successor);
              assertThat(verdict(before, resigned[0])).isInstanceOf(LockVerdict.Verified.class);
            });
    assertThat(verdict(second, resigned[0])).isInstanceOf(LockVerdict.Verified.class);
    assertThat(verdict(second, old))
        .isEqualTo(new LockVerdict.UnknownKey(first.signing().keyId(), NOON));
  }

  @Test
  void failureToSignAgainLeavesTheOldKeyInForce() throws KeyException, IOException {
    KeyRing first = store.create(new SecureRandom());
    assertThatThrownBy(
            () ->
                store.rotate(
                    new SecureRandom(),
                    (before, successor) -> {
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(KeyException.class)
        .hasMessage("disk full");
    assertThat(store.load().signing().keyId()).isEqualTo(first.signing().keyId());
    KeyRing second = store.rotate(new SecureRandom(), (before, successor) -> {});
    assertThat(second.known().retired()).hasSize(1);
  }

  /** The state after each step of a rotation, and then a crash. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void crashDuringARotationIsFinishedOrIgnored(int steps) throws KeyException, IOException {
    KeyRing before = store.create(new SecureRandom());
    HostKey successor = Samples.key(9);
    Path next = secrets.resolve("host.key.next");
    String oldPub = Files.readString(keys.resolve("host.pub"));
    if (steps >= 1) {
      String seed = "09" + "00".repeat(31);
      AtomicFile.replace(
          next,
          Pem.encode(
                  "PRIVATE KEY", HexFormat.of().parseHex("302e020100300506032b657004220420" + seed))
              .getBytes(StandardCharsets.US_ASCII));
    }
    if (steps >= 2) {
      Files.writeString(keys.resolve("host.pub.next"), successor.publicKey().pem());
    }
    if (steps >= 3) {
      Files.move(next, secret(), StandardCopyOption.ATOMIC_MOVE);
    }
    if (steps >= 4) {
      Files.writeString(
          keys.resolve(before.signing().keyId().value().substring(7, 23) + ".pub"),
          "# retired 2026-11-20T00:00:00Z\n" + oldPub);
    }
    if (steps >= 5) {
      Files.writeString(keys.resolve("host.pub"), successor.publicKey().pem());
    }
    KeyRing after = store.load();
    assertThat(after.signing().keyId())
        .isEqualTo(steps < 3 ? before.signing().keyId() : successor.keyId());
    assertThat(after.known().current()).isEqualTo(after.signing().publicKey());
    assertThat(after.known().retired())
        .isEqualTo(
            steps < 3
                ? List.of()
                : List.of(
                    new PublicKeys.Retired(
                        before.signing().publicKey(),
                        steps < 4 ? NOON : Instant.parse("2026-11-20T00:00:00Z"))));
    assertThat(store.load().known()).isEqualTo(after.known());
    assertThat(store.rotate(new SecureRandom(), (a, b) -> {}).known().retired())
        .hasSize(steps < 3 ? 1 : 2);
  }

  @Test
  void foreignPublicKeyIsRefusedAndNotRetired() throws KeyException, IOException {
    store.create(new SecureRandom());
    Files.writeString(keys.resolve("host.pub"), Samples.key(5).publicKey().pem());
    assertThatThrownBy(store::load)
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("expected the public half");
    assertThat(names(keys)).containsExactlyInAnyOrder("host.pub", "keys.lock");
  }

  @Test
  void missingPublicKeyIsWrittenAgain() throws KeyException, IOException {
    KeyRing ring = store.create(new SecureRandom());
    Files.delete(keys.resolve("host.pub"));
    assertThat(store.load().known()).isEqualTo(ring.known());
    assertThat(keys.resolve("host.pub")).hasContent(ring.signing().publicKey().pem());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"})
  void malformedKeyIsRefused(String text) throws KeyException, IOException {
    store.create(new SecureRandom());
    Files.writeString(secret(), text);
    assertThatThrownBy(store::load)
        .isInstanceOf(KeyException.class)
        .hasMessageStartingWith(secret().toString());
  }

  @Test
  void openKeyIsRefused() throws KeyException, IOException {
    store.create(new SecureRandom());
    Files.setPosixFilePermissions(secret(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(store::load).hasMessageEndingWith("run: chmod 600 " + secret());
  }

  @Test
  void linkedKeyIsRefused() throws KeyException, IOException {
    store.create(new SecureRandom());
    Path elsewhere = Files.move(secret(), home.resolve("elsewhere"));
    Files.createSymbolicLink(secret(), elsewhere);
    assertThatThrownBy(store::load).hasMessageContaining("found a symbolic link");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# retired yesterday\n", "# retired 2026-11-21T12:00:00Z\nno key\n"})
  void malformedRetiredKeyIsRefused(String text) throws KeyException, IOException {
    store.create(new SecureRandom());
    Files.writeString(keys.resolve("0123456789abcdef.pub"), text);
    assertThatThrownBy(store::load)
        .isInstanceOf(KeyException.class)
        .hasMessageStartingWith(keys.resolve("0123456789abcdef.pub") + ": expected");
  }

  @Test
  void longLivedProcessSeesAnothersRotation() throws KeyException {
    store.create(new SecureRandom());
    KeyRing first = store.ring();
    assertThat(store.ring()).isSameAs(first);
    HostKeyStore other = new HostKeyStore(secrets, keys, InstantSource.fixed(NOON));
    KeyRing rotated = other.rotate(new SecureRandom(), (a, b) -> {});
    assertThat(store.ring().signing().keyId()).isEqualTo(rotated.signing().keyId());
    assertThat(store.ring().known()).isEqualTo(rotated.known());
  }

  private LockVerdict verdict(KeyRing ring, byte[] envelope) {
    return new LockVerifier(ring.known()).verify(envelope, Samples.ID, Samples.NAME, 0);
  }

  private Path secret() {
    return secrets.resolve("host.key");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
