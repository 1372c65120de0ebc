package dev.claw.supervisor.resident;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.claw.lock.JsonException;
import dev.claw.model.Quoted;
import dev.claw.supervisor.ExecAsk;
import dev.claw.supervisor.resident.GatewayFrame.Incoming;
import java.time.Duration;
import java.time.Instant;

/**
 * Any bytes as a frame of an agent's gateway: they are read, or refused as what no gateway sends;
 * what is kept of them is bounded and moves no cursor. The build replays the known inputs; {@code
 * JAZZER_FUZZ=1} looks for new ones.
 */
class GatewayFrameFuzzTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_795_260_344_753L);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(30);
  private static final int LONGEST_WORDS = 200 * 8; // each of 200 characters made visible

  @FuzzTest(maxDuration = "10m")
  void readsOrRefuses(byte[] bytes) {
    try {
      switch (GatewayFrame.read(bytes, NOW)) {
        case Incoming.Pending(var asks) -> {
          check(asks.size() <= GatewayFrame.MOST_PENDING, "approvals: " + asks.size());
          asks.forEach(GatewayFrameFuzzTest::check);
        }
        case Incoming.Requested(ExecAsk ask) -> check(ask);
        case Incoming.Resolved(String id, String by) -> {
          id(id);
          words(by);
        }
        case Incoming.Answered(String id, var error) -> {
          id(id);
          error.ifPresent(GatewayFrameFuzzTest::words);
        }
        case Incoming.Refused(String why) -> words(why);
        case Incoming.Challenge _, Incoming.Welcome _, Incoming.Other _ -> {}
      }
    } catch (JsonException e) {
      words(String.valueOf(e.getMessage()));
    }
  }

  private static void check(ExecAsk ask) {
    id(ask.gatewayId());
    check(
        !ask.left().isNegative() && ask.left().compareTo(LONGEST_WAIT) <= 0, "left " + ask.left());
    int texts =
        ask.command().length()
            + ask.cwd().length()
            + ask.environment().stream().mapToInt(String::length).sum();
    check(texts <= GatewayFrame.LONGEST, "texts of " + texts + " characters");
  }

  private static void id(String id) {
    check(id.matches("[A-Za-z0-9:._-]{1,128}"), "id: " + id);
  }

  private static void words(String words) {
    check(words.length() <= LONGEST_WORDS && words.equals(Quoted.visible(words)), words);
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
