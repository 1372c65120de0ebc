package dev.claw.access.telegram;

import java.time.Duration;

/** A call of the Bot API came to nothing. The message never holds the token. */
final class BotApiException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What to make of it. */
  enum Kind {
    /** No answer: the network, a name, TLS, time. */
    UNREACHABLE,
    /** An answer that is none of the Bot API's. */
    GARBLED,
    /** An answer that is larger than any that can be taken in. */
    TOO_LARGE,
    /** The service has a trouble of its own. */
    SERVER,
    /** Too many calls; come back later. */
    RATE,
    /** Somebody else receives what is meant for this bot. */
    CONFLICT,
    /** The token is no longer, or never was, a bot's. */
    REVOKED,
    /** This call is not admitted; the same again would not be either. */
    REFUSED
  }

  private final Kind kind;
  private final Duration retryAfter;
  private final String beginning;

  BotApiException(Kind kind, String message) {
    this(kind, message, Duration.ZERO, "");
  }

  BotApiException(Kind kind, String message, Duration retryAfter) {
    this(kind, message, retryAfter, "");
  }

  /** An answer that is too large. */
  static BotApiException tooLarge(String message, String beginning) {
    return new BotApiException(Kind.TOO_LARGE, message, Duration.ZERO, beginning);
  }

  private BotApiException(Kind kind, String message, Duration retryAfter, String beginning) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.beginning = beginning;
  }

  Kind kind() {
    return kind;
  }

  /** How long to wait at least; zero where the service did not say. */
  Duration retryAfter() {
    return retryAfter;
  }

  /** How an answer begins that is too large; of any other empty. */
  String beginning() {
    return beginning;
  }
}
