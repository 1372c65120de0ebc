package dev.claw.supervisor;

import java.util.List;

/** Where the value of a secret comes from. */
public sealed interface SecretSource {
  /** In one word. */
  String kind();

  /** The value itself, kept by claw. */
  record Value(String value) implements SecretSource {
    @Override
    public String kind() {
      return "value";
    }

    @Override
    public String toString() {
      return "Value[not shown]";
    }
  }

  /** A variable of the environment of the process that asks. */
  record Environment(String variable) implements SecretSource {
    @Override
    public String kind() {
      return "environment";
    }
  }

  /** A program of the operator's that prints it; run without a shell. */
  record Command(List<String> words) implements SecretSource {
    /** Copies the list. */
    public Command {
      words = List.copyOf(words);
    }

    @Override
    public String kind() {
      return "command";
    }

    @Override
    public String toString() {
      return "Command[not shown]";
    }
  }
}
