package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.ChatUser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.telegram.telegrambots.meta.api.methods.commands.SetMyCommands;
import org.telegram.telegrambots.meta.api.methods.updates.DeleteWebhook;
import org.telegram.telegrambots.meta.api.objects.commands.BotCommand;

/** Notes what comes, keeps floods off, and has each update answered once, beside the poll. */
final class Reception implements TelegramPoll.Receiver {
  private static final int MOST_TOLD = 10_000;

  private final BotApi api;
  private final Inbox inbox;
  private final Errands errands;
  private final Admission admission;
  private final AccessGate gate;
  private final Targets targets;
  private final Conversation conversation;
  private final Questions questions;
  private final Groups groups;
  private final Outbox outbox;
  private final OutageNotice outage;
  private final Consumer<String> log;

  /** Whom this run has told that something is no command. */
  private final Set<String> told = new HashSet<>();

  Reception(
      BotApi api,
      Inbox inbox,
      Errands errands,
      Admission admission,
      AccessGate gate,
      Conversation conversation,
      Questions questions,
      Groups groups,
      Outbox outbox,
      Consumer<String> log) {
    this.api = api;
    this.inbox = inbox;
    this.errands = errands;
    this.admission = admission;
    this.gate = gate;
    this.targets = new Targets(gate);
    this.conversation = conversation;
    this.questions = questions;
    this.groups = groups;
    this.outbox = outbox;
    this.outage = new OutageNotice(inbox, errands, outbox);
    this.log = log;
  }

  @Override
  public void introduce() throws BotApiException, InterruptedException {
    // Where a webhook is set, getUpdates is refused (core.telegram.org/bots/api#getupdates).
    api.call(new DeleteWebhook(), BotIdentity.ANSWER);
    SetMyCommands commands =
        new SetMyCommands(
            List.of(Verb.values()).stream()
                .map(verb -> new BotCommand(verb.word(), verb.description()))
                .collect(Collectors.toCollection(ArrayList::new)));
    try {
      api.call(commands, BotIdentity.ANSWER);
    } catch (BotApiException e) {
      if (e.kind() != BotApiException.Kind.REFUSED) {
        throw e;
      }
      log.accept("telegram: " + e.getMessage());
    }
  }

  @Override
  public void connected() throws AccessException {
    List<Inbox.Note> interrupted = inbox.interrupted();
    errands.take("recovery", 0, () -> recover(interrupted));
  }

  private void recover(List<Inbox.Note> interrupted) throws AccessException, InterruptedException {
    for (Inbox.Note note : interrupted) {
      if (note.chat() != 0 && !note.what().isEmpty()) {
        outbox.say(
            note.chat(),
            "claw ended while it did "
                + note.what()
                + "; it does not do it again by itself. "
                + look(note.what()));
      }
      inbox.done(List.of(note.id()));
    }
    questions.endStale();
  }

  private static String look(String what) {
    if (!what.startsWith("/")) {
      return "Look with /approvals at what still waits.";
    }
    String[] words = what.split(" ", 2);
    return words.length == 2
        ? "Look with /status " + words[1] + "."
        : "Send it again if you still want it.";
  }

  @Override
  public void receive(List<Incoming> updates) throws AccessException {
    Map<Long, Incoming> notable = new LinkedHashMap<>();
    for (Incoming update : updates) {
      if (!(update instanceof Incoming.Ignored)) {
        notable.put(update.updateId(), update);
      }
    }
    if (notable.isEmpty()) {
      return;
    }
    List<Inbox.Note> fresh = outage.begin(notable.values().stream().map(Reception::note).toList());
    List<Long> dropped = new ArrayList<>();
    for (Inbox.Note note : fresh) {
      Incoming update = notable.get(note.id());
      if (update != null && !admit(update)) {
        dropped.add(note.id());
      }
    }
    if (!dropped.isEmpty()) {
      inbox.done(dropped);
    }
  }

  private static Inbox.Note note(Incoming update) {
    return switch (update) {
      case Incoming.Text text ->
          new Inbox.Note(
              text.updateId(),
              text.chat(),
              Written.parse(text.text()).map(Written::note).orElse(""));
      case Incoming.Press press ->
          new Inbox.Note(press.updateId(), press.from().id(), "what a button says");
      case Incoming.Unsuitable other -> new Inbox.Note(other.updateId(), other.chat(), "");
      case Incoming.Group group -> new Inbox.Note(group.updateId(), 0, "");
      case Incoming.Ignored ignored -> new Inbox.Note(ignored.updateId(), 0, "");
    };
  }

  /** Whether something will be done about it, and be it to say that it is too much. */
  private boolean admit(Incoming update) {
    return switch (update) {
      case Incoming.Text text ->
          admission.admit(
              request(text),
              () ->
                  outage.attempt(text.from(), () -> conversation.answer(text.from(), text.text())));
      case Incoming.Press press ->
          admission.admit(
              new Admission.Request(
                  press.from(),
                  press.updateId(),
                  "press/" + press.from().id(),
                  "button",
                  "What the button says"),
              () -> outage.attempt(press.from(), () -> questions.press(press)));
      case Incoming.Unsuitable other ->
          admission.admit(
              new Admission.Request(
                  other.from(), other.updateId(), "user/" + other.from().id(), "message", ""),
              () -> unsuitable(other));
      case Incoming.Group group ->
          errands.take("groups", group.updateId(), () -> groups.tell(group.chat()));
      case Incoming.Ignored _ -> false;
    };
  }

  private Admission.Request request(Incoming.Text text) {
    Optional<Written> written = Written.parse(text.text());
    Optional<Verb> verb = written.flatMap(command -> Verb.find(command.word()));
    return new Admission.Request(
        text.from(),
        text.updateId(),
        lane(text),
        verb.map(Verb::word).orElse("text"),
        written.map(Written::note).orElse(""));
  }

  /** What takes long holds up only its like. */
  private String lane(Incoming.Text text) {
    Optional<Written> written = Written.parse(text.text());
    Optional<Verb> verb = written.flatMap(command -> Verb.find(command.word()));
    String kind =
        verb.isEmpty()
            ? "user"
            : switch (verb.get()) {
              case ASK -> "ask/" + asked(text.from(), written.get());
              case START, STOP, RESTART -> "act";
              default -> "user";
            };
    return kind + "/" + text.from().id();
  }

  /** Which agent is asked: one question after the other to each, as they share a conversation. */
  private String asked(ChatUser user, Written written) {
    try {
      return targets.find(user, Verb.ASK, written).map(target -> target.agent().value()).orElse("");
    } catch (AccessException e) {
      return ""; // the lane of all that can't be looked up now
    }
  }

  private void unsuitable(Incoming.Unsuitable update) throws AccessException, InterruptedException {
    if (update.kind() == Incoming.Unsuitable.Kind.FORWARDED) {
      gate.refused(update.from(), Optional.empty(), "message", "forwarded");
    }
    synchronized (told) {
      if (told.size() >= MOST_TOLD) {
        told.clear();
      }
      if (!told.add(update.kind() + "/" + update.chat())) {
        return;
      }
    }
    outbox.say(
        update.chat(),
        switch (update.kind()) {
          case FORWARDED ->
              "I do nothing about what is forwarded or written by another bot: write the command"
                  + " yourself.";
          case NO_TEXT -> "I read text alone: no pictures, files, stickers or voice.";
        });
  }
}
