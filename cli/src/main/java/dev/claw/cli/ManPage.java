package dev.claw.cli;

import dev.claw.cli.CommandTree.Command;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The page {@code claw(1)}, made from the commands themselves. {@code make man} writes it to {@code
 * docs/man/claw.1}; a test compares that file with this.
 */
final class ManPage {
  // Of the version, not of the build: the same sources give the same page.
  private static final String DATE = "2026-11-21";

  private final List<Command> commands;

  ManPage(List<Command> commands) {
    this.commands = List.copyOf(commands);
  }

  /** Prints the page on standard output. */
  static void main(String[] arguments) {
    Surroundings surroundings = Surroundings.ofProcess();
    surroundings.out().print(new ManPage(CommandTree.commands(surroundings)).text());
    surroundings.out().flush();
  }

  /** The page's source. */
  String text() {
    Roff page = new Roff();
    page.title("CLAW", 1, DATE, "claw " + ClawVersion.text());
    page.section("NAME");
    page.paragraph("claw - run OpenClaw agents in rootless containers under a signed policy");
    page.section("SYNOPSIS");
    page.paragraph("claw", "COMMAND [ARGUMENTS]");
    page.paragraph("claw --debug", "COMMAND [ARGUMENTS]");
    page.paragraph("claw --help | --version", "");
    page.section("DESCRIPTION");
    page.paragraph(
        "An agent is made from a template: a YAML file that says what the agent may decide, touch"
            + " and reach. claw compiles it into OpenClaw's configuration and a container's"
            + " specification, and signs a lock that names both by digest. Nothing starts that the"
            + " lock does not name, and what runs is compared with the lock by what the kernel says"
            + " of it. Every act that changes something is on record in an audit log.");
    page.paragraph(
        "An agent whose network profile is allowlist has no network interface. What it sends out"
            + " goes to one process of claw's on the host, the supervisor, which decides by the lock"
            + " and by grants, records each decision, and adds the key to calls of its model. While"
            + " no supervisor runs, the agent reaches nothing.");
    page.paragraph(
        "claw runs as an ordinary user and refuses to run as root. Results go to standard output,"
            + " everything else to standard error. Each command also takes -h and --help; --debug"
            + " in front of a command adds a stack trace to an error.");
    page.section("COMMANDS");
    commands.forEach(command -> add(page, command));
    page.section("EXIT STATUS");
    for (ExitCode code : ExitCode.values()) {
      page.item(Integer.toString(code.status()), sentence(code.meaning()));
    }
    page.paragraph("exec, openclaw and tui end as the program inside ends.");
    ManPageSurroundings.add(page);
    return page.text();
  }

  private static void add(Roff page, Command command) {
    CommandSpec spec = command.spec();
    page.subsection("claw " + command.path());
    page.paragraph("claw " + command.path(), synopsis(spec));
    String[] description = spec.usageMessage().description();
    page.paragraph(description.length == 0 ? sentence(command.summary()) : description[0]);
    Arrays.stream(description).skip(1).forEach(page::paragraph);
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      page.item(parameter.paramLabel(), text(parameter.description()));
    }
    options(spec).forEach(option -> page.item(names(option, ", "), text(option.description())));
  }

  /** By their long names, so that the page does not hang on the order of fields in a class file. */
  private static List<OptionSpec> options(CommandSpec spec) {
    return spec.options().stream()
        .filter(option -> !option.usageHelp() && !option.hidden())
        .sorted(Comparator.comparing(OptionSpec::longestName))
        .toList();
  }

  private static String synopsis(CommandSpec spec) {
    List<String> words =
        options(spec).stream()
            .map(option -> bracketed(names(option, "|"), !option.required()))
            .collect(Collectors.toList());
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      String repeated = parameter.arity().max() > 1 || parameter.index().max() > 1000 ? "..." : "";
      words.add(bracketed(parameter.paramLabel() + repeated, parameter.arity().min() == 0));
    }
    return String.join(" ", words);
  }

  private static String bracketed(String word, boolean optional) {
    return optional ? "[" + word + "]" : word;
  }

  private static String names(OptionSpec option, String between) {
    String label = option.arity().max() > 0 ? " " + option.paramLabel() : "";
    return Arrays.stream(option.names())
            .sorted(Comparator.comparingInt(String::length))
            .collect(Collectors.joining(between))
        + label;
  }

  private static String text(String[] lines) {
    return String.join(" ", lines);
  }

  private static String sentence(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }
}
