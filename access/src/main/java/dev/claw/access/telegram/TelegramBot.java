package dev.claw.access.telegram;

import dev.claw.access.AccessDatabase;
import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatAgents.Question;
import dev.claw.access.ChatNotices;
import dev.claw.access.ChatUser;
import dev.claw.access.Role;
import dev.claw.access.telegram.TelegramStatus.Phase;
import dev.claw.model.AgentName;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The bot: receives what people write to it until it is closed, or until Telegram refuses it for
 * good, which its status says.
 */
public final class TelegramBot implements ChatNotices, AutoCloseable {
  private static final int USER_BURST = 20;
  private static final Duration USER_RATE = Duration.ofSeconds(3);
  private static final int AGENT_BURST = 30;
  private static final Duration AGENT_RATE = Duration.ofSeconds(2);

  private final BotApi api;
  private final StatusKeeper status;
  private final Lanes lanes = new Lanes();
  private final Outbox outbox;
  private final Questions questions;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;
  private final Thread poll;

  private TelegramBot(Surroundings surroundings) {
    log = surroundings.log();
    broken = surroundings.broken();
    api = new BotApi(surroundings.endpoint());
    SecureRandom random = surroundings.random();
    BackOff backOff = new BackOff(random);
    status = new StatusKeeper(surroundings.database(), log);
    outbox = new Outbox(api, backOff, surroundings.pause(), log);
    questions =
        new Questions(
            surroundings.gate(),
            surroundings.agents(),
            new ButtonStore(surroundings.database()),
            outbox,
            random);
    Conversation conversation =
        new Conversation(
            surroundings.gate(),
            surroundings.agents(),
            outbox,
            questions,
            new AgentCommands(
                surroundings.gate(),
                surroundings.agents(),
                outbox,
                surroundings.pause(),
                new RateLimit(AGENT_BURST, AGENT_RATE, surroundings.nanoTime())));
    byte[] run = new byte[8];
    random.nextBytes(run);
    Inbox inbox = new Inbox(surroundings.database(), HexFormat.of().formatHex(run));
    Errands errands = new Errands(lanes, inbox, log, broken);
    Reception reception =
        new Reception(
            api,
            inbox,
            errands,
            new Admission(
                new RateLimit(USER_BURST, USER_RATE, surroundings.nanoTime()),
                surroundings.gate(),
                errands,
                outbox,
                log),
            surroundings.gate(),
            conversation,
            questions,
            new Groups(surroundings.database(), outbox),
            outbox,
            log);
    TelegramPoll loop =
        new TelegramPoll(api, reception, status, backOff, surroundings.pause(), surroundings.log());
    poll = Thread.ofVirtual().name("telegram-poll").unstarted(() -> run(loop));
  }

  /** All that the bot needs, of which tests choose time and chance. */
  record Surroundings(
      BotEndpoint endpoint,
      AccessGate gate,
      ChatAgents agents,
      AccessDatabase database,
      Consumer<String> log,
      Consumer<Throwable> broken,
      Pause pause,
      LongSupplier nanoTime,
      SecureRandom random) {}

  /**
   * Starts it. Nothing is asked of the network before this returns.
   *
   * @param database with the tables of {@link TelegramSchema}
   * @param log takes lines for people, without secrets; called from several threads
   * @param broken told where the process itself can't be relied on any more, such as for want of
   *     memory; called from several threads
   */
  public static TelegramBot start(
      BotEndpoint endpoint,
      AccessGate gate,
      ChatAgents agents,
      AccessDatabase database,
      Consumer<String> log,
      Consumer<Throwable> broken) {
    return start(
        new Surroundings(
            endpoint,
            gate,
            agents,
            database,
            log,
            broken,
            Thread::sleep,
            System::nanoTime,
            new SecureRandom()));
  }

  static TelegramBot start(Surroundings surroundings) {
    TelegramBot bot = new TelegramBot(surroundings);
    bot.poll.start();
    return bot;
  }

  private void run(TelegramPoll loop) {
    try {
      loop.run();
    } catch (InterruptedException e) {
      status.enter(Phase.ENDED, "");
    } catch (RuntimeException e) {
      status.enter(Phase.STOPPED, "a fault of claw's: " + e);
    } catch (Error e) {
      broken.accept(e);
      status.enter(Phase.STOPPED, "a fault of claw's: " + e);
    }
  }

  /** How it fares now. */
  public TelegramStatus status() {
    return status.status();
  }

  /** Waits until it is closed or gives up. */
  public void await() throws InterruptedException {
    poll.join();
  }

  @Override
  public void asked(Question question) {
    submit("question/" + question.id(), () -> questions.ask(question));
  }

  @Override
  public void ended(Question question, String sentence) {
    submit("question/" + question.id(), () -> questions.end(question, sentence));
  }

  @Override
  public void confirmed(ChatUser user, AgentName agent, Role role) {
    submit(
        "notice/" + user.id(),
        () ->
            outbox.say(
                user.id(),
                "You are now "
                    + role.word()
                    + " of "
                    + agent
                    + ". Try /status "
                    + agent
                    + "; /help lists the rest."));
  }

  @Override
  public void refused(ChatUser user, String sentence) {
    submit("notice/" + user.id(), () -> outbox.say(user.id(), sentence));
  }

  @FunctionalInterface
  private interface Notice {
    void send() throws AccessException, InterruptedException;
  }

  private void submit(String lane, Notice notice) {
    boolean taken =
        lanes.submit(
            lane,
            () -> {
              try {
                notice.send();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              } catch (AccessException | RuntimeException e) {
                log.accept("telegram: " + e.getMessage());
              } catch (Error e) {
                broken.accept(e);
              }
            });
    if (!taken) {
      log.accept("telegram: too much waits to be sent; a notice was left out");
    }
  }

  /** Ends it; what it was doing is told to those concerned when it is started again. */
  @Override
  public void close() {
    poll.interrupt();
    lanes.close();
    try {
      poll.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    api.close();
  }
}
