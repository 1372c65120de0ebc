package dev.claw.access;

import dev.claw.access.AccessGate.RequestOutcome;

/** What people are told, in plain words and without a token. */
final class Words {
  private static final String AGAIN = " Ask whoever runs the agent for a new one.";

  private Words() {}

  static String toPerson(RequestOutcome.Reason reason) {
    return switch (reason) {
      case UNKNOWN -> "This link is not known here." + AGAIN;
      case EXPIRED -> "The time of this link is over." + AGAIN;
      case USED -> "This link has been used already; it is good for one person, once." + AGAIN;
      case TAKEN -> TAKEN_PERSON;
      case VOID -> "This link is void." + AGAIN;
      case TOO_MANY ->
          "You showed too many wrong links. Wait "
              + WrongTokens.PAUSE.toMinutes()
              + " minutes, then try a right one.";
      case NO_AGENT -> "The agent of this link is gone." + AGAIN;
    };
  }

  /** For the one who came first, and for the one who came second. */
  static final String TAKEN_PERSON =
      "Two people have shown this link, so it is void for both." + AGAIN;

  static final String REFUSED_PERSON = "The operator said no.";

  /** Why what the operator said of somebody's request was refused. */
  static String toPersonOf(ConfirmOutcome.Reason reason) {
    return switch (reason) {
      case WRONG_ID ->
          "The operator named another Telegram id than yours, so nothing was confirmed. Tell them"
              + " the number that /whoami shows.";
      case WRONG_AGENT ->
          "The operator named another agent than your link's; nothing was confirmed.";
      case EXPIRED -> toPerson(RequestOutcome.Reason.EXPIRED);
      case VOID -> "This link was tried too often and is void." + AGAIN;
      default -> "Nothing came of your request." + AGAIN;
    };
  }

  static String toOperator(ConfirmOutcome.Reason reason) {
    return switch (reason) {
      case UNKNOWN ->
          "nobody gave out this token here, or it is long over; make one with 'claw access pair'";
      case EXPIRED -> "the token's time is over; make a new one with 'claw access pair'";
      case USED -> "the token has been used already; 'claw access list' shows who is paired";
      case TAKEN ->
          "two people have shown the token, so it is void for both; make a new one with 'claw access"
              + " pair', and see that only one person gets it";
      case VOID ->
          "the token was refused, taken back or tried too often, and is void; make a new one with"
              + " 'claw access pair'";
      case NO_REQUEST -> "nobody has shown the token yet; open the link on the phone first";
      case WRONG_ID ->
          "expected the id of whoever has shown the token, found another one; look at the number"
              + " that /whoami shows in the chat";
      case WRONG_AGENT -> "the token is one of another agent; name the agent that it was made for";
      case NO_AGENT -> "the agent of the token is gone";
    };
  }
}
