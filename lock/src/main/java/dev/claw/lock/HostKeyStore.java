package dev.claw.lock;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The host's keys on disk.
 *
 * <pre>
 * secrets/host.key        the private key, PKCS#8 PEM; which key is current is decided here alone
 * secrets/host.key.next   the next private key while a rotation runs
 * keys/host.pub           the current public key, SubjectPublicKeyInfo PEM
 * keys/host.pub.next      the public half of host.key.next
 * keys/HEX.pub            an earlier key, HEX the first 16 digits of its id; its first line is
 *                         "# retired INSTANT", the instant from which it no longer signs
 * keys/keys.lock          held while keys are made or replaced
 * </pre>
 *
 * <p>A rotation has one instruction that decides: the rename of {@code host.key.next} to {@code
 * host.key}. A crash before it leaves the old key in force; what was prepared is ignored and made
 * anew by the next rotation. A crash after it leaves {@code host.pub} behind {@code host.key} with
 * {@code host.pub.next} telling why, and the next reader finishes: it retires the key in {@code
 * host.pub} and replaces that file. All the while every lock verifies, because it was signed by
 * both keys before the rename.
 */
public final class HostKeyStore implements KeySource {
  private static final int LARGEST = 16 * 1024;
  private static final String RETIRED = "# retired ";

  private final Path secret;
  private final Path nextSecret;
  private final Path keys;
  private final Path current;
  private final Path next;
  private final InstantSource clock;
  private final ReentrantLock inProcess = new ReentrantLock();
  private @Nullable KeyRing cached;
  private @Nullable Object cachedStamp;

  /**
   * @param secrets the folder {@code secrets/}
   * @param keys the folder {@code keys/}
   */
  public HostKeyStore(Path secrets, Path keys, InstantSource clock) {
    this.secret = secrets.resolve("host.key");
    this.nextSecret = secrets.resolve("host.key.next");
    this.keys = keys;
    this.current = keys.resolve("host.pub");
    this.next = keys.resolve("host.pub.next");
    this.clock = clock;
  }

  /**
   * Makes the host's key where there is none; both folders exist. Where the private key was lost
   * and its public half is still there, that one is retired, so that what it signed keeps a known
   * signer.
   *
   * @throws KeyException also where there is a key already
   */
  public KeyRing create(SecureRandom random) throws KeyException {
    return exclusively(
        () -> {
          if (Files.exists(secret, LinkOption.NOFOLLOW_LINKS)) {
            throw new KeyException(
                secret + ": expected no key yet, found one; use 'claw key rotate' to replace it");
          }
          readPublic(current); // one that can't be read is nothing to write over
          String pem = NewKey.pem(random);
          PublicKey made = HostKey.parse(secret.toString(), ascii(pem)).publicKey();
          AtomicFile.replace(next, ascii(made.pem()));
          AtomicFile.replace(secret, ascii(pem));
          return finish();
        });
  }

  /** Reads all keys, and finishes a rotation that a crash has cut off. */
  public KeyRing load() throws KeyException {
    try {
      Optional<KeyRing> ring = readIfSettled();
      return ring.isPresent() ? ring.get() : exclusively(this::finish);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** As {@link #load}, but reads the files again only when {@code host.key} was replaced. */
  @Override
  public KeyRing ring() throws KeyException {
    inProcess.lock();
    try {
      Object stamp = stamp();
      KeyRing ring = cached;
      if (ring == null || !stamp.equals(cachedStamp)) {
        ring = load();
        cached = ring;
        cachedStamp = stamp;
      }
      return ring;
    } finally {
      inProcess.unlock();
    }
  }

  /**
   * Replaces the host's key. The old one is retired from the instant after the new one came into
   * force.
   *
   * @param resign gets the old keys and the new private key and signs every lock with both ({@link
   *     LockEnvelope#sign}); if it throws, the old key stays in force
   */
  public KeyRing rotate(SecureRandom random, Resigning resign) throws KeyException {
    return exclusively(
        () -> {
          KeyRing before = finish();
          String pem = NewKey.pem(random);
          HostKey successor = HostKey.parse(nextSecret.toString(), ascii(pem));
          AtomicFile.replace(nextSecret, ascii(pem));
          AtomicFile.replace(next, ascii(successor.publicKey().pem()));
          resign.resign(before, successor);
          Files.move(nextSecret, secret, StandardCopyOption.ATOMIC_MOVE);
          AtomicFile.syncFolder(folder(secret));
          return finish();
        });
  }

  /** Signs again what the old key has signed, before a new one takes its place. */
  @FunctionalInterface
  public interface Resigning {
    /** Signs every lock with both keys. */
    void resign(KeyRing before, HostKey successor) throws IOException, KeyException;
  }

  // Called with the lock held.
  private KeyRing finish() throws IOException, KeyException {
    HostKey key = readSecret();
    Optional<PublicKey> stated = readPublic(current);
    if (stated.isEmpty()) {
      AtomicFile.replace(current, ascii(key.publicKey().pem()));
    } else if (!stated.get().equals(key.publicKey())) {
      if (!readPublic(next).equals(Optional.of(key.publicKey()))) {
        throw new KeyException(
            current
                + ": expected the public half of "
                + secret
                + " ("
                + key.keyId().abbreviated()
                + "), found another key ("
                + stated.get().keyId().abbreviated()
                + "); restore the one that belongs to the other");
      }
      retire(stated.get());
      AtomicFile.replace(current, ascii(key.publicKey().pem()));
    }
    Files.deleteIfExists(nextSecret);
    Files.deleteIfExists(next);
    return read();
  }

  // An attacker can gain nothing from a later instant, but a second crash must not move it.
  private void retire(PublicKey old) throws IOException, KeyException {
    Path file = keys.resolve(old.keyId().value().substring(7, 23) + ".pub");
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      AtomicFile.replace(file, ascii(RETIRED + clock.instant() + "\n" + old.pem()));
    }
  }

  private Optional<KeyRing> readIfSettled() throws IOException, KeyException {
    // host.pub before host.key: a rotation between the two reads shows as a difference. The file is
    // compared as text, which spares every command the parsing of a key that it then has twice.
    Optional<byte[]> stated = readPem(current);
    HostKey key = readSecret();
    return stated.isPresent() && Arrays.equals(stated.get(), ascii(key.publicKey().pem()))
        ? Optional.of(new KeyRing(key, new PublicKeys(key.publicKey(), readRetired())))
        : Optional.empty();
  }

  private KeyRing read() throws IOException, KeyException {
    HostKey key = readSecret();
    return new KeyRing(key, new PublicKeys(key.publicKey(), readRetired()));
  }

  private HostKey readSecret() throws IOException, KeyException {
    byte[] pem;
    try {
      pem = PrivateFile.read(secret, LARGEST);
    } catch (NoSuchFileException e) {
      throw new KeyException(
          secret + ": expected the host's key, found no file; run 'claw init' or restore it", e);
    }
    return HostKey.parse(secret.toString(), pem);
  }

  private static Optional<PublicKey> readPublic(Path file) throws IOException, KeyException {
    Optional<byte[]> pem = readPem(file);
    return pem.isPresent()
        ? Optional.of(PublicKey.parse(file.toString(), pem.get()))
        : Optional.empty();
  }

  private static Optional<byte[]> readPem(Path file) throws IOException {
    try {
      return Optional.of(PrivateFile.readPublic(file, LARGEST));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private List<PublicKeys.Retired> readRetired() throws IOException, KeyException {
    List<PublicKeys.Retired> retired = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(keys, "[0-9a-f]*.pub")) {
      for (Path file : files) {
        retired.add(readRetired(file));
      }
    }
    return retired;
  }

  private static PublicKeys.Retired readRetired(Path file) throws IOException, KeyException {
    String text = new String(PrivateFile.readPublic(file, LARGEST), StandardCharsets.US_ASCII);
    int end = text.indexOf('\n');
    try {
      if (!text.startsWith(RETIRED) || end < 0) {
        throw new KeyException(
            file + ": expected a first line '# retired INSTANT', found none; restore the file");
      }
      Instant since = Instant.parse(text.substring(RETIRED.length(), end).strip());
      return new PublicKeys.Retired(
          PublicKey.parse(file.toString(), ascii(text.substring(end + 1))), since);
    } catch (DateTimeParseException e) {
      throw new KeyException(
          file + ": expected an instant such as 2026-11-21T08:00:00Z after '# retired', found none",
          e);
    }
  }

  private Object stamp() throws KeyException {
    try {
      var found =
          Files.readAttributes(secret, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return List.of(String.valueOf(found.fileKey()), found.lastModifiedTime(), found.size());
    } catch (IOException e) {
      throw new KeyException(
          secret + ": expected the host's key, found no file; run 'claw init' or restore it", e);
    }
  }

  @FunctionalInterface
  private interface Step {
    KeyRing run() throws IOException, KeyException;
  }

  private KeyRing exclusively(Step step) throws KeyException {
    try (HeldFile _ = HeldFile.open(keys.resolve("keys.lock"))) {
      return step.run();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static KeyException failed(IOException e) {
    String message = e.getMessage();
    return new KeyException(message == null ? e.toString() : message, e);
  }

  private static Path folder(Path file) {
    Path folder = file.getParent();
    if (folder == null) {
      throw new AssertionError(file);
    }
    return folder;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
