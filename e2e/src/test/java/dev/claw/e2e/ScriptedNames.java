package dev.claw.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Names as the JDK finds them in a hosts file, where each look-up reads another one. The file is a
 * named pipe: every look-up of the supervisor's arrives here, is counted, and gets the next answer.
 */
final class ScriptedNames implements AutoCloseable {
  private final Path pipe;
  private final ConcurrentLinkedQueue<List<String>> answers = new ConcurrentLinkedQueue<>();
  private final AtomicInteger lookUps = new AtomicInteger();
  private volatile boolean closed;

  /**
   * @param folder for the pipe
   */
  ScriptedNames(Path folder) {
    pipe = make(folder.resolve("names"));
    Thread.ofPlatform().daemon().start(this::serve);
  }

  /** What makes a JVM ask here, each time anew. */
  String[] switches() {
    return new String[] {"-Djdk.net.hosts.file=" + pipe, "-Dsun.net.inetaddr.ttl=0"};
  }

  /**
   * What the next look-ups find, whatever they look for, one after the other; the last one for
   * good.
   *
   * @param each lines of a hosts file; names end with the dot with which the supervisor asks
   */
  void answer(List<List<String>> each) {
    answers.clear();
    answers.addAll(each);
    lookUps.set(0);
  }

  /** How many there were since the answers were set. */
  int lookUps() {
    return lookUps.get();
  }

  private void serve() {
    try {
      while (!closed) {
        // Opening waits for a reader. The next one must find another pipe before this one ends, or
        // it would read on in it.
        try (var out = Files.newOutputStream(pipe)) {
          Path next = make(pipe.resolveSibling("names.next"));
          List<String> lines = answers.size() > 1 ? answers.poll() : answers.peek();
          lookUps.incrementAndGet();
          if (lines != null) {
            out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
          }
          Files.move(next, pipe, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    } catch (IOException e) {
      if (!closed) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static Path make(Path pipe) {
    CommandResultAssert.assertThat(Command.of("mkfifo", pipe.toString()).run()).succeeds();
    return pipe;
  }

  @Override
  public void close() {
    closed = true;
    // Lets the one go that waits for a reader.
    Command.of("timeout", "5", "cat", pipe.toString()).run();
  }
}
