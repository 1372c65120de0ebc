package dev.claw.cli;

import dev.claw.cli.CommandTable.Entry;
import dev.claw.cli.CommandTable.Group;
import dev.claw.cli.CommandTable.Leaf;
import dev.claw.compiler.Nearest;
import dev.claw.model.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Finds the command that the arguments name, runs it, and turns what it throws into a line and an
 * exit code.
 */
final class CommandRunner {
  private final Surroundings surroundings;
  private final Interruption interruption;

  CommandRunner(Surroundings surroundings, Interruption interruption) {
    this.surroundings = surroundings;
    this.interruption = interruption;
  }

  int run(String... arguments) {
    boolean debug = arguments.length > 0 && arguments[0].equals("--debug");
    List<String> words = List.of(arguments).subList(debug ? 1 : 0, arguments.length);
    try {
      return dispatch(words).status();
    } catch (ProgramEnded e) {
      return e.status();
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      if (debug) {
        e.printStackTrace(surroundings.err());
      }
      Failure failure = interruption.came() ? Failure.afterSignal(e) : Failure.of(e);
      surroundings.err().println("claw: " + failure.message());
      return failure.code().status();
    }
  }

  private ExitCode dispatch(List<String> words) throws Exception {
    if (words.isEmpty()) {
      HelpText.printRoot(surroundings.err());
      return ExitCode.USAGE;
    }
    String first = words.getFirst();
    List<String> rest = words.subList(1, words.size());
    if (first.equals("help") && !rest.isEmpty()) {
      return dispatch(helpFor(rest));
    }
    if (first.equals("help") || isHelp(first)) {
      HelpText.printRoot(surroundings.out());
      return ExitCode.DONE;
    }
    if (isVersion(first)) {
      surroundings.out().println("claw " + ClawVersion.text());
      return ExitCode.DONE;
    }
    Entry entry =
        CommandTable.find(first).orElseThrow(() -> unknown("", first, CommandTable.ENTRIES));
    return switch (entry) {
      case Group group -> dispatchGroup(group, rest);
      case Leaf leaf -> execute(leaf, leaf.name(), rest);
    };
  }

  private static boolean isHelp(String word) {
    return word.equals("--help") || word.equals("-h");
  }

  private static boolean isVersion(String word) {
    return word.equals("--version") || word.equals("-V");
  }

  private static List<String> helpFor(List<String> words) {
    List<String> asked = new java.util.ArrayList<>(words);
    asked.add("--help");
    return asked;
  }

  private ExitCode dispatchGroup(Group group, List<String> words) throws Exception {
    if (group.usual().isPresent() && meansUsual(words)) {
      Leaf usual = group.usual().get();
      return execute(usual, group.name() + " " + usual.name(), words);
    }
    if (words.isEmpty()) {
      HelpText.printGroup(surroundings.err(), group);
      return ExitCode.USAGE;
    }
    String word = words.getFirst();
    if (isHelp(word)) {
      HelpText.printGroup(surroundings.out(), group);
      return ExitCode.DONE;
    }
    Optional<Leaf> leaf = group.find(word);
    if (leaf.isEmpty()) {
      throw unknown(group.name() + " ", word, group.leaves());
    }
    return execute(leaf.get(), group.name() + " " + word, words.subList(1, words.size()));
  }

  private static boolean meansUsual(List<String> words) {
    return words.isEmpty() || (words.getFirst().startsWith("-") && !isHelp(words.getFirst()));
  }

  private ExitCode execute(Leaf leaf, String name, List<String> words) throws Exception {
    try (Claw claw = new Claw(surroundings)) {
      Callable<ExitCode> command = leaf.make().apply(claw);
      CommandLine line = CommandLines.of(command, name);
      try {
        line.parseArgs(words.toArray(String[]::new));
      } catch (ParameterException e) {
        throw new CliException(
            ExitCode.USAGE,
            name
                + ": "
                + Quoted.visible(String.valueOf(e.getMessage()))
                + "; see 'claw "
                + name
                + " --help'",
            e);
      }
      if (line.isUsageHelpRequested()) {
        line.usage(surroundings.out());
        return ExitCode.DONE;
      }
      Ownership.refuseRoot(surroundings);
      if (command instanceof LooksOnly) {
        interruption.nothingToUndo();
      }
      return command.call();
    }
  }

  /**
   * @param group before the word, with a space; empty for none
   */
  private static CliException unknown(String group, String word, List<? extends Entry> entries) {
    String near =
        Nearest.find(word, entries.stream().map(Entry::name).toList())
            .map(name -> "did you mean '" + group + name + "'?")
            .orElse("see 'claw " + group + "--help'");
    return new CliException(
        ExitCode.USAGE, "unknown command " + Quoted.of(group + word) + "; " + near);
  }
}
