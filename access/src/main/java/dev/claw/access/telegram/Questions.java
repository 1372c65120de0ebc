package dev.claw.access.telegram;

import dev.claw.access.AccessDecision;
import dev.claw.access.AccessException;
import dev.claw.access.AccessGate;
import dev.claw.access.AgentRef;
import dev.claw.access.ChatAction;
import dev.claw.access.ChatAgents;
import dev.claw.access.ChatAgents.Kind;
import dev.claw.access.ChatAgents.Question;
import dev.claw.access.ChatAgents.Verdict;
import dev.claw.access.ChatUser;
import dev.claw.access.Pairing;
import dev.claw.model.Quoted;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Asks people by messages with buttons, and takes their answers. */
final class Questions {
  private static final String NOT_VALID = "This button is no longer valid.";
  private static final ChatMessage NO_LONGER =
      ChatMessage.of("This no longer waits for an answer.");
  private static final String TOO_LONG = "too long to be shown here";
  private static final int LONGEST_DATA = 64;
  private static final int BUTTON_BYTES = 16;

  private final AccessGate gate;
  private final ChatAgents agents;
  private final ButtonStore buttons;
  private final Outbox outbox;
  private final SecureRandom random;

  Questions(
      AccessGate gate, ChatAgents agents, ButtonStore buttons, Outbox outbox, SecureRandom random) {
    this.gate = gate;
    this.agents = agents;
    this.buttons = buttons;
    this.outbox = outbox;
    this.random = random;
  }

  /** Asks everybody who may answer. */
  void ask(Question question) throws AccessException, InterruptedException {
    Set<Long> asked = new LinkedHashSet<>();
    for (ChatUser user : gate.users(question.agent(), question.kind().action())) {
      if (asked.add(user.id())) {
        ask(user.id(), question, true);
      }
    }
    for (ChatUser user : gate.users(question.agent(), ChatAction.DENY)) {
      if (asked.add(user.id())) {
        ask(user.id(), question, false);
      }
    }
  }

  private void ask(long user, Question question, boolean mayAllow)
      throws AccessException, InterruptedException {
    String head =
        question.agent().name()
            + (question.kind() == Kind.EXEC
                ? " asks to run this:"
                : " was not let to go here; allow it?");
    List<ChatMessage> pages = ChatMessage.pages(head, question.text());
    // Nobody can allow what they are not shown.
    boolean whole = isWhole(question.text(), pages);
    ChatMessage message =
        whole
            ? pages.getFirst()
            : ChatMessage.of(
                head
                    + "\n("
                    + (pages.size() == 1 ? "it can't be shown here as it is" : TOO_LONG)
                    + "; look with: claw approvals)");
    Map<String, Verdict> offered = new LinkedHashMap<>();
    List<Outbox.Button> row = new ArrayList<>();
    for (Verdict verdict : Verdict.values()) {
      if (verdict == Verdict.DENY || (mayAllow && whole)) {
        String id = id();
        offered.put(id, verdict);
        row.add(new Outbox.Button(label(verdict), id));
      }
    }
    OptionalInt earlier = buttons.message(question.id(), user);
    buttons.offer(question.id(), user, offered);
    OptionalInt sent = outbox.send(user, message, row);
    if (sent.isPresent() && !buttons.sent(question.id(), user, sent.getAsInt())) {
      outbox.edit(user, sent.getAsInt(), over(question, "this no longer waits for an answer"));
    } else if (sent.isPresent() && earlier.isPresent()) {
      outbox.edit(user, earlier.getAsInt(), ChatMessage.of("Asked again below."));
    }
  }

  /** Whether what the chat shows is all of the text, with nothing in it that can't be seen. */
  private static boolean isWhole(String text, List<ChatMessage> pages) {
    return pages.size() == 1
        && pages.getFirst().block().equals(text.stripTrailing())
        && text.lines().allMatch(line -> Quoted.visible(line).equals(line));
  }

  private String id() {
    byte[] bytes = new byte[BUTTON_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String label(Verdict verdict) {
    return switch (verdict) {
      case ONCE -> "Once";
      case HALF_HOUR -> "30 minutes";
      case DENY -> "Deny";
    };
  }

  private static ChatMessage over(Question question, String sentence) {
    return ChatMessage.pages(question.agent().name() + ": " + sentence, question.text()).getFirst();
  }

  /**
   * Shows everybody who was asked how it ended; of who may not answer any more only the buttons are
   * taken away, with all that stood above them.
   */
  void end(Question question, String sentence) throws AccessException, InterruptedException {
    List<ChatUser> mayKnow = gate.users(question.agent(), ChatAction.DENY);
    for (ButtonStore.Asking asking : buttons.close(question.id())) {
      boolean may = mayKnow.stream().anyMatch(user -> user.id() == asking.user());
      outbox.edit(asking.user(), asking.message(), may ? over(question, sentence) : NO_LONGER);
    }
  }

  /** Takes away what was asked by an earlier process and no longer waits. */
  void endStale() throws AccessException, InterruptedException {
    for (String question : buttons.open(Optional.empty())) {
      if (agents.question(question).isEmpty()) {
        endUnknown(question);
      }
    }
  }

  private void endUnknown(String question) throws AccessException, InterruptedException {
    for (ButtonStore.Asking asking : buttons.close(question)) {
      outbox.edit(asking.user(), asking.message(), NO_LONGER);
    }
  }

  /** Asks a person again what still waits for them; how many that is. */
  int repeat(ChatUser user) throws AccessException, InterruptedException {
    int open = 0;
    for (String id : buttons.open(Optional.of(user.id()))) {
      Optional<Question> question = agents.question(id);
      if (question.isPresent()) {
        // What may be shown; whoever then presses is asked for again, on record.
        AgentRef agent = question.get().agent();
        if (gate.may(user, agent, ChatAction.DENY)) {
          ask(user.id(), question.get(), gate.may(user, agent, question.get().kind().action()));
          open++;
        }
      }
    }
    return open;
  }

  /** Somebody pressed a button, perhaps one that was never ours. */
  void press(Incoming.Press press) throws AccessException, InterruptedException {
    boolean plausible =
        press.chat() == press.from().id()
            && press.data().getBytes(StandardCharsets.UTF_8).length <= LONGEST_DATA;
    Optional<ButtonStore.Meaning> meaning =
        plausible ? buttons.find(press.data(), press.from().id()) : Optional.empty();
    if (meaning.isEmpty()) {
      gate.refused(press.from(), Optional.empty(), "button", "not_valid");
      outbox.answer(press.query(), NOT_VALID);
      return;
    }
    Optional<Question> question = agents.question(meaning.get().question());
    if (question.isEmpty()) {
      gate.refused(press.from(), Optional.empty(), "button", "over");
      outbox.answer(press.query(), NOT_VALID);
      endUnknown(meaning.get().question());
      return;
    }
    try {
      answer(press, question.get(), meaning.get().verdict());
    } catch (AccessException e) {
      String why = String.valueOf(e.getMessage());
      outbox.answer(press.query(), "It failed.");
      // It may name a host, which is the agent's choice and none of claw's words.
      outbox.quote(press.from().id(), question.get().agent().name() + ": it failed:", why);
    }
  }

  private void answer(Incoming.Press press, Question question, Verdict verdict)
      throws AccessException, InterruptedException {
    ChatAction action = verdict == Verdict.DENY ? ChatAction.DENY : question.kind().action();
    switch (gate.decide(press.from(), question.agent().name(), action)) {
      case AccessDecision.Denied denied ->
          outbox.answer(
              press.query(),
              denied.reason() == AccessDecision.Reason.ROLE
                  ? "Your role does not allow this; it takes " + action.least().word() + "."
                  : NOT_VALID);
      case AccessDecision.Allowed(Pairing pairing)
          when !pairing.agent().equals(question.agent().id()) -> {
        gate.refused(press.from(), Optional.empty(), "button", "replaced");
        outbox.answer(press.query(), NOT_VALID);
      }
      case AccessDecision.Allowed _ -> {
        String sentence = agents.answer(press.from(), question.id(), verdict);
        outbox.answer(press.query(), sentence);
        end(question, sentence + " (" + press.from().shown() + ")");
      }
    }
  }
}
