package dev.claw.e2e;

import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.Assertions;

/** Assertions on what a program did; a failure shows all of it. */
final class CommandResultAssert extends AbstractAssert<CommandResultAssert, CommandResult> {
  private CommandResultAssert(CommandResult actual) {
    super(actual, CommandResultAssert.class);
  }

  static CommandResultAssert assertThat(CommandResult actual) {
    return new CommandResultAssert(actual);
  }

  CommandResultAssert succeeds() {
    return exits(0);
  }

  CommandResultAssert exits(int code) {
    Assertions.assertThat(actual.exitCode()).as(actual.toString()).isEqualTo(code);
    return this;
  }

  /** Standard output holds these. */
  CommandResultAssert prints(CharSequence... texts) {
    Assertions.assertThat(actual.out()).as(actual.toString()).contains(texts);
    return this;
  }

  /** Standard output is this. */
  CommandResultAssert printsExactly(String text) {
    Assertions.assertThat(actual.out()).as(actual.toString()).isEqualTo(text);
    return this;
  }

  /** Standard output is this and the end of a line. */
  CommandResultAssert printsOnly(String text) {
    Assertions.assertThat(actual.out()).as(actual.toString()).isEqualTo(text + "\n");
    return this;
  }

  CommandResultAssert printsNothing() {
    Assertions.assertThat(actual.out()).as(actual.toString()).isEmpty();
    return this;
  }

  CommandResultAssert doesNotPrint(CharSequence... texts) {
    Assertions.assertThat(actual.out()).as(actual.toString()).doesNotContain(texts);
    return this;
  }

  /** Standard error holds these. */
  CommandResultAssert says(CharSequence... texts) {
    Assertions.assertThat(actual.err()).as(actual.toString()).contains(texts);
    return this;
  }

  /** Standard error holds something of this form. */
  CommandResultAssert saysSomethingLike(String regex) {
    Assertions.assertThat(actual.err()).as(actual.toString()).containsPattern(regex);
    return this;
  }

  /** No command may ever end like this. */
  CommandResultAssert showsNoBug() {
    Assertions.assertThat(actual.err())
        .as(actual.toString())
        .doesNotContain("this should not have happened", "Exception", "\tat ");
    return this;
  }
}
