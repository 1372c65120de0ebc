package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Agents that note what was done with them, and take as long as tests wish. */
final class TestAgents implements ChatAgents {
  final List<String> done = new CopyOnWriteArrayList<>();
  final Map<String, Question> questions = new ConcurrentHashMap<>();

  /** What an agent says to any question, part by part. */
  volatile List<String> says = List.of("Good ", "morning.");

  /** Behind which {@code stop} and {@code ask} wait. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  volatile CountDownLatch begun = new CountDownLatch(1);
  volatile @Nullable Error dies;
  volatile String words = "all is well";

  /** Why no answer to a question can be taken; empty where it can. */
  volatile String answerFails = "";

  void holdsUp() {
    gate = new CountDownLatch(1);
    begun = new CountDownLatch(1);
  }

  Question asks(String id, String agent, Kind kind, String text) {
    Question question =
        new Question(id, TestGate.ref(agent), kind, text, Instant.parse("2026-11-21T10:05:00Z"));
    questions.put(id, question);
    return question;
  }

  private void pass() throws AccessException {
    begun.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AccessException("interrupted", e);
    }
  }

  @Override
  public Line line(AgentRef agent) {
    return new Line(agent, "running", "verified");
  }

  @Override
  public String status(AgentRef agent) {
    done.add("status " + agent.name());
    Error why = dies;
    if (why != null) {
      throw why;
    }
    return words;
  }

  @Override
  public String start(ChatUser by, AgentRef agent) {
    done.add("start " + agent.name() + " by " + by.id());
    return "started";
  }

  @Override
  public String stop(ChatUser by, AgentRef agent) throws AccessException {
    done.add("stop " + agent.name() + " by " + by.id());
    pass();
    return "stopped";
  }

  @Override
  public String restart(ChatUser by, AgentRef agent) throws AccessException {
    throw new AccessException("expected a lock that holds, found drift; look with: claw status");
  }

  @Override
  public List<String> logs(AgentRef agent, int lines) {
    done.add("logs " + agent.name() + " " + lines);
    return List.of(words, "second line");
  }

  @Override
  public void ask(ChatUser by, AgentRef agent, String message, Consumer<String> part)
      throws AccessException {
    done.add("ask " + agent.name() + " by " + by.id() + ": " + message);
    List<String> parts = says;
    for (int i = 0; i < parts.size(); i++) {
      if (i == parts.size() / 2) {
        pass();
      }
      part.accept(parts.get(i));
    }
  }

  @Override
  public String policy(AgentRef agent) {
    done.add("policy " + agent.name());
    return words;
  }

  @Override
  public List<String> pending(AgentRef agent) {
    done.add("pending " + agent.name());
    return List.of();
  }

  @Override
  public String allow(ChatUser by, AgentRef agent, String host, Duration time) {
    done.add("allow " + agent.name() + " " + host + " " + time + " by " + by.id());
    return host + " is allowed";
  }

  @Override
  public List<String> audit(AgentRef agent, int records) {
    done.add("audit " + agent.name() + " " + records);
    return List.of(words);
  }

  @Override
  public Optional<Question> question(String id) {
    return Optional.ofNullable(questions.get(id));
  }

  @Override
  public String answer(ChatUser by, String id, Verdict verdict) throws AccessException {
    if (!answerFails.isEmpty()) {
      throw new AccessException(answerFails);
    }
    if (questions.remove(id) == null) {
      return "somebody else was first";
    }
    done.add("answer " + id + " " + verdict + " by " + by.id());
    return verdict == Verdict.DENY ? "denied" : "allowed " + verdict;
  }
}
