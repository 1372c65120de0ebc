package dev.claw.e2e;

import static dev.claw.e2e.CommandResultAssert.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.claw.e2e.TelegramServer.Person;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;

/** A claw with an agent and a bot that runs, and people who are paired. */
final class ChatScene implements AutoCloseable {
  private static final Pattern LINK = Pattern.compile("\\?start=([A-Za-z0-9_-]+)");
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

  private final Claw claw = Claw.fresh().tolerant();
  private final TelegramServer telegram = new TelegramServer();
  private final String agent;

  ChatScene(String template) {
    agent = claw.create(template);
    setUp();
  }

  /** Sets the bot up, or starts it again. */
  void setUp() {
    assertThat(
            claw.command("access", "setup", "telegram", "--api", telegram.url())
                .input(TelegramServer.TOKEN + "\n")
                .run())
        .succeeds();
  }

  Claw claw() {
    return claw;
  }

  TelegramServer telegram() {
    return telegram;
  }

  String agent() {
    return agent;
  }

  /** A person who has that role for the agent. */
  Person paired(long id, String name, String role) {
    Person person = telegram.person(id, name);
    try (RunningCommand pair =
        claw.command("access", "pair", "telegram", agent, "--role", role).start()) {
      pair.await("the link", () -> LINK.matcher(pair.out()).find());
      Matcher link = LINK.matcher(pair.out());
      Assertions.assertThat(link.find()).isTrue();
      String token = link.group(1);
      person.asks("/start " + token, "You asked to be");
      assertThat(
              claw.command(
                      "access",
                      "confirm",
                      "telegram",
                      agent,
                      "-",
                      "--telegram-user-id",
                      Long.toString(id))
                  .input(token + "\n")
                  .run())
          .succeeds();
      assertThat(pair.result()).succeeds();
    }
    person.hears("You are now " + role);
    return person;
  }

  /** The supervisor that runs now, or is started because one is missed. */
  long supervisor() {
    long[] pid = new long[1];
    await(
        "a supervisor",
        () -> {
          assertThat(claw.run("list")).succeeds();
          JsonNode status = claw.run("supervisor", "status", "--json").json();
          pid[0] = status.at("/supervisor/pid").asLong();
          return pid[0] > 0;
        });
    return pid[0];
  }

  /** Kills it, and returns when nothing of it runs. */
  void kill(long supervisor) {
    ProcessHandle process = ProcessHandle.of(supervisor).orElseThrow();
    Assertions.assertThat(process.destroyForcibly()).isTrue();
    await("its end", () -> !process.isAlive());
  }

  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited for: " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    telegram.close();
    claw.close();
  }
}
