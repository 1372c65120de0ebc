package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * An answer that grows in one message, and in further ones where it is too long for one, for as
 * long as the person may see it. Whoever produces it never waits for Telegram.
 */
final class StreamedAnswer {
  /** What produces the answer, a part at a time. */
  @FunctionalInterface
  interface Source {
    void to(Consumer<String> part) throws AccessException;
  }

  /** Whether it may still be shown. Asked before each try to change what is shown. */
  @FunctionalInterface
  interface Right {
    boolean holds() throws AccessException;
  }

  /** Telegram asks for no more than about a message a second in a chat. */
  private static final Duration BETWEEN_EDITS = Duration.ofMillis(1500);

  private static final int LONGEST = 100_000;

  private final Outbox outbox;
  private final long chat;
  private final String agent;
  private final Right right;
  private final Pause pause;
  private final ReentrantLock sending = new ReentrantLock();
  private final List<ChatMessage> shown = new ArrayList<>();
  private final List<OptionalInt> messages = new ArrayList<>();
  private final StringBuilder answer = new StringBuilder();
  private volatile boolean ended;

  StreamedAnswer(Outbox outbox, long chat, String agent, Right right, Pause pause) {
    this.outbox = outbox;
    this.chat = chat;
    this.agent = agent;
    this.right = right;
    this.pause = pause;
  }

  /**
   * Returns when all of it is sent, or when the right to see it was taken back, for which its
   * source is interrupted.
   *
   * @return whether all of it was sent
   */
  boolean from(Source source) throws AccessException, InterruptedException {
    WatchedRight watched = WatchedRight.begin(right, pause);
    try (watched) {
      show(source, watched);
    } catch (AccessException | InterruptedException e) {
      if (!watched.isLost()) {
        throw e;
      }
    }
    return !watched.isLost();
  }

  private void show(Source source, WatchedRight watched)
      throws AccessException, InterruptedException {
    page(0, ChatMessage.of(agent + " is at it …"), watched);
    if (!watched.holds()) {
      return; // perhaps since long, where Telegram had the first message wait
    }
    Thread ticker = Thread.ofVirtual().unstarted(() -> tick(watched));
    watched.alsoFor(ticker);
    ticker.start();
    Optional<AccessException> failure = Optional.empty();
    try {
      source.to(this::add);
    } catch (AccessException e) {
      failure = Optional.of(e);
    } finally {
      end(ticker);
    }
    flush(watched);
    if (failure.isPresent()) {
      throw failure.get();
    }
    if (answer.isEmpty()) {
      page(0, ChatMessage.of(agent + ": no answer"), watched);
    }
  }

  private void end(Thread ticker) throws InterruptedException {
    ended = true;
    try {
      // Under the lock, so that it is interrupted while it waits and never while it sends.
      sending.lockInterruptibly();
      try {
        ticker.interrupt();
      } finally {
        sending.unlock();
      }
      ticker.join();
    } catch (InterruptedException e) {
      ticker.interrupt(); // what it sends is for nobody any more
      throw e;
    }
  }

  private void add(String part) {
    synchronized (answer) {
      answer.append(part, 0, Math.min(part.length(), LONGEST - answer.length()));
    }
  }

  private void tick(WatchedRight watched) {
    try {
      while (!ended && !watched.isLost()) {
        pause.of(BETWEEN_EDITS);
        sending.lock();
        try {
          if (!ended) {
            flush(watched);
          }
        } catch (AccessException e) {
          // Nothing is shown while nobody can say who may see it; the end of the answer says why.
        } finally {
          sending.unlock();
        }
      }
    } catch (InterruptedException e) {
      // The end of the answer is sent by whoever waits for it.
    }
  }

  private void flush(WatchedRight watched) throws AccessException, InterruptedException {
    String text;
    synchronized (answer) {
      text = answer.toString();
    }
    if (text.isBlank()) {
      return;
    }
    List<ChatMessage> pages = ChatMessage.pages(agent + ":", text);
    for (int i = 0; i < pages.size(); i++) {
      page(i, pages.get(i), watched);
    }
  }

  private void page(int index, ChatMessage page, WatchedRight watched)
      throws AccessException, InterruptedException {
    if (index == shown.size()) {
      messages.add(outbox.send(chat, page, List.of(), watched::holds));
      shown.add(page);
    } else if (!shown.get(index).equals(page)) {
      if (messages.get(index).isPresent()) {
        outbox.edit(chat, messages.get(index).getAsInt(), page, watched::holds);
      }
      shown.set(index, page);
    }
  }
}
