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

  /** Whether it may still be shown. Asked before each change of what is shown. */
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
  private volatile boolean takenBack;

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
    page(0, ChatMessage.of(agent + " is at it …"));
    Thread asking = Thread.currentThread();
    Thread ticker = Thread.ofVirtual().start(() -> tick(asking));
    Optional<AccessException> failure = Optional.empty();
    try {
      source.to(this::add);
    } catch (AccessException e) {
      failure = Optional.of(e);
    } finally {
      end(ticker);
    }
    if (!holds()) {
      outbox.say(chat, agent + ": the answer ends here: your right to it was taken back.");
      return false;
    }
    flush();
    if (failure.isPresent()) {
      throw failure.get();
    }
    if (answer.isEmpty()) {
      page(0, ChatMessage.of(agent + ": no answer"));
    }
    return true;
  }

  private void end(Thread ticker) throws InterruptedException {
    // Under the lock, so that it is interrupted while it waits and never while it sends.
    sending.lock();
    try {
      ended = true;
      ticker.interrupt();
    } finally {
      sending.unlock();
    }
    if (takenBack) {
      var _ = Thread.interrupted(); // meant for the source alone
    }
    ticker.join();
  }

  private boolean holds() throws AccessException {
    takenBack = takenBack || !right.holds();
    return !takenBack;
  }

  private void add(String part) {
    synchronized (answer) {
      answer.append(part, 0, Math.min(part.length(), LONGEST - answer.length()));
    }
  }

  private void tick(Thread asking) {
    try {
      while (!ended && !takenBack) {
        pause.of(BETWEEN_EDITS);
        sending.lock();
        try {
          if (!ended) {
            showOrBreakOff(asking);
          }
        } finally {
          sending.unlock();
        }
      }
    } catch (InterruptedException e) {
      // The end of the answer is sent by whoever waits for it.
    }
  }

  private void showOrBreakOff(Thread asking) throws InterruptedException {
    try {
      if (holds()) {
        flush();
      } else {
        asking.interrupt();
      }
    } catch (AccessException e) {
      // Nothing is shown while nobody can say who may see it; the end of the answer says why.
    }
  }

  private void flush() throws InterruptedException {
    String text;
    synchronized (answer) {
      text = answer.toString();
    }
    if (text.isBlank()) {
      return;
    }
    List<ChatMessage> pages = ChatMessage.pages(agent + ":", text);
    for (int i = 0; i < pages.size(); i++) {
      page(i, pages.get(i));
    }
  }

  private void page(int index, ChatMessage page) throws InterruptedException {
    if (index == shown.size()) {
      messages.add(outbox.send(chat, page));
      shown.add(page);
    } else if (!shown.get(index).equals(page)) {
      if (messages.get(index).isPresent()) {
        outbox.edit(chat, messages.get(index).getAsInt(), page);
      }
      shown.set(index, page);
    }
  }
}
