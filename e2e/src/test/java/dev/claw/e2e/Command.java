package dev.claw.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A program about to be run, on this process's environment and what is added to it. */
final class Command {
  private final List<String> words;
  private final Map<String, Optional<String>> environment = new HashMap<>();
  private String input = "";

  Command(List<String> words) {
    this.words = List.copyOf(words);
  }

  static Command of(String... words) {
    return new Command(List.of(words));
  }

  /** The same program under another one, such as {@code env} or {@code script}. */
  Command under(String... wrapper) {
    List<String> all = new ArrayList<>(List.of(wrapper));
    all.addAll(words);
    Command command = new Command(all);
    command.environment.putAll(environment);
    return command;
  }

  /** The same in a process that signals end; children of a background job ignore SIGINT. */
  Command signalled() {
    return under("env", "--default-signal=INT,TERM");
  }

  List<String> words() {
    return words;
  }

  Command with(String name, String value) {
    environment.put(name, Optional.of(value));
    return this;
  }

  Command without(String name) {
    environment.put(name, Optional.empty());
    return this;
  }

  Command input(String text) {
    this.input = text;
    return this;
  }

  /** Runs it to its end. */
  CommandResult run() {
    RunningCommand running = start();
    running.write(input);
    running.closeInput();
    return running.result();
  }

  /** Starts it with its standard input open. */
  RunningCommand start() {
    ProcessBuilder builder = new ProcessBuilder(words);
    environment.forEach(
        (name, value) ->
            value.ifPresentOrElse(
                text -> builder.environment().put(name, text),
                () -> builder.environment().remove(name)));
    try {
      return new RunningCommand(words, builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(words.getFirst() + ": can't be started", e);
    }
  }
}
