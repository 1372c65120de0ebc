package dev.claw.access.telegram;

import dev.claw.access.AccessException;
import dev.claw.access.ChatUser;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells people that claw can't keep what it has to keep, so that nobody waits in vain. The reason,
 * which may name paths, is not for everybody who can write to a bot.
 */
final class OutageNotice {
  private static final int MOST_TOLD = 10_000;
  private static final String NO_RECORD =
      "claw can't put on record what you send, so for now nothing is done about it. It is taken up"
          + " as soon as that is mended; on its machine, claw supervisor status says what is wrong.";
  private static final String FAILED =
      "That failed: claw can't read or write its own records. On its machine, claw supervisor logs"
          + " says why. Send it again later.";

  private final Inbox inbox;
  private final Errands errands;
  private final Outbox outbox;

  /** Who knows of the outage that lasts; of the poll alone. */
  private final Set<Long> told = new HashSet<>();

  OutageNotice(Inbox inbox, Errands errands, Outbox outbox) {
    this.inbox = inbox;
    this.errands = errands;
    this.outbox = outbox;
  }

  /** Notes updates as begun; where that fails, who sent them is told, once until it works again. */
  List<Inbox.Note> begin(List<Inbox.Note> notes) throws AccessException {
    try {
      List<Inbox.Note> fresh = inbox.begin(notes);
      told.clear();
      return fresh;
    } catch (AccessException e) {
      for (Inbox.Note note : notes) {
        if (note.chat() != 0 && told.size() < MOST_TOLD && told.add(note.chat())) {
          errands.takeApart("outage/" + note.chat(), 0, () -> outbox.say(note.chat(), NO_RECORD));
        }
      }
      throw e;
    }
  }

  /** Does it; where it fails the person is told. */
  void attempt(ChatUser user, Errands.Work work) throws AccessException, InterruptedException {
    try {
      work.run();
    } catch (AccessException e) {
      outbox.say(user.id(), FAILED);
      throw e;
    }
  }
}
