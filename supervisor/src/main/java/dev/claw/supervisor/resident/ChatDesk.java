package dev.claw.supervisor.resident;

import dev.claw.access.AccessException;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatUser;
import dev.claw.access.PairingListener;
import dev.claw.access.Role;
import dev.claw.access.StoredGate;
import dev.claw.access.TelegramSettings;
import dev.claw.access.telegram.BotEndpoint;
import dev.claw.access.telegram.TelegramBot;
import dev.claw.access.telegram.TelegramStatus;
import dev.claw.model.AgentName;
import dev.claw.supervisor.Approval;
import dev.claw.supervisor.ApprovalListener;
import dev.claw.supervisor.BotStatus;
import dev.claw.supervisor.ChatAccess;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.TelegramFile;
import dev.claw.supervisor.chat.ApprovalWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the bot where one is set up, and has people in the chat hear of approvals and of what became
 * of their pairing. What is on disk counts: {@link #look} follows it.
 */
final class ChatDesk implements ApprovalListener, PairingListener, AutoCloseable {
  private final ChatAccess access;
  private final TelegramFile file;
  private final Path mark;
  private final ChatAgents agents;
  private final Consumer<Boolean> needed;
  private final Consumer<String> log;
  private final Consumer<Throwable> broken;
  private @Nullable Running running;
  private String said = "";
  private boolean missed;
  private boolean closed;

  /** Whether there were settings when it was looked at last, good ones or not. */
  private boolean isSetUp;

  private record Running(TelegramSettings settings, TelegramBot bot, StoredGate gate) {}

  /**
   * @param mark a file that is there while the bot runs
   * @param needed told at each look whether a bot is set up
   * @param broken told where the process can't be relied on any more
   */
  ChatDesk(
      ChatAccess access,
      TelegramFile file,
      Path mark,
      ChatAgents agents,
      Consumer<Boolean> needed,
      Consumer<String> log,
      Consumer<Throwable> broken) {
    this.access = access;
    this.file = file;
    this.mark = mark;
    this.agents = agents;
    this.needed = needed;
    this.log = log;
    this.broken = broken;
  }

  /** Starts, replaces or ends the bot, as its settings say now. */
  synchronized void look() {
    look(false);
  }

  /** The same, and gives a bot that gave up another try. */
  synchronized void lookAgain() {
    look(true);
  }

  private void look(boolean again) {
    if (closed) {
      return;
    }
    isSetUp = true;
    try {
      Optional<TelegramSettings> wanted = file.find();
      isSetUp = wanted.isPresent();
      Running now = running;
      boolean same = now != null && wanted.isPresent() && now.settings().equals(wanted.get());
      boolean gaveUp = now != null && now.bot().status().phase() == TelegramStatus.Phase.STOPPED;
      if (!same || (again && gaveUp)) {
        end();
        wanted.ifPresent(this::start);
      }
      said = "";
    } catch (SupervisorException | RuntimeException e) {
      // A bot that runs goes on: a file that is being written must not cut off who is in the chat.
      String sentence = String.valueOf(e.getMessage());
      if (!sentence.equals(said)) {
        log.accept(sentence);
        said = sentence;
      }
    }
    needed.accept(isSetUp);
  }

  /**
   * What is to be done each minute. Where no bot is set up that is nothing: whoever sets one up has
   * it looked at.
   */
  synchronized void upkeep() {
    if (isSetUp) {
      look();
    }
    Running now = running;
    if (now != null) {
      try {
        now.gate().settle();
      } catch (AccessException e) {
        log.accept(String.valueOf(e.getMessage()));
      }
    }
  }

  /** However this ends, whoever comes next finds that a bot needs a process. */
  synchronized void willBeMissed() {
    missed = true;
  }

  private void start(TelegramSettings settings) {
    StoredGate gate = access.gate(this);
    TelegramBot bot =
        TelegramBot.start(
            new BotEndpoint(settings.api(), settings.token()),
            gate,
            agents,
            access.database(),
            log,
            broken);
    running = new Running(settings, bot, gate);
    try {
      if (!Files.exists(mark)) {
        Files.createFile(mark);
      }
    } catch (IOException e) {
      // Without the mark nothing brings back a process that is killed but what needs it.
    }
  }

  private void end() {
    Running now = running;
    if (now != null) {
      running = null;
      now.bot().close();
      try {
        if (!missed) {
          Files.deleteIfExists(mark);
        }
        now.gate().close();
      } catch (AccessException | IOException e) {
        log.accept(String.valueOf(e.getMessage()));
      }
    }
  }

  private synchronized Optional<TelegramBot> bot() {
    return Optional.ofNullable(running).map(Running::bot);
  }

  /** The bot that runs. */
  synchronized Optional<BotStatus> status() {
    return Optional.ofNullable(running)
        .map(now -> BotStatus.of(now.bot().status(), now.settings().user()));
  }

  @Override
  public void asked(Approval approval) {
    bot().ifPresent(bot -> bot.asked(ApprovalWords.question(approval)));
  }

  @Override
  public void ended(Approval approval) {
    bot()
        .ifPresent(
            bot -> bot.ended(ApprovalWords.question(approval), ApprovalWords.ending(approval)));
  }

  @Override
  public void confirmed(ChatUser user, AgentName agent, Role role) {
    bot().ifPresent(bot -> bot.confirmed(user, agent, role));
  }

  @Override
  public void refused(ChatUser user, AgentName agent, Role role, String sentence) {
    bot().ifPresent(bot -> bot.refused(user, sentence));
  }

  @Override
  public synchronized void close() {
    closed = true;
    end();
  }
}
