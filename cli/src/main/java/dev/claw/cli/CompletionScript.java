package dev.claw.cli;

import dev.claw.cli.CommandTable.Entry;
import dev.claw.cli.CommandTable.Group;
import dev.claw.cli.CommandTree.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Completion scripts, made from the commands that there are. */
final class CompletionScript {
  private static final String AGENTS = "$(claw list --quiet 2>/dev/null)";
  private static final String TEMPLATES = "$(claw templates list --quiet 2>/dev/null)";

  private final List<Command> commands;

  CompletionScript(List<Command> commands) {
    this.commands = commands;
  }

  String bash() {
    StringBuilder cases = new StringBuilder();
    cases.append(
        clause(
            "",
            Stream.concat(
                    names(CommandTable.ENTRIES).stream(),
                    Stream.of("--help", "--version", "--debug"))
                .toList()));
    for (Group group : groups()) {
      cases.append(clause(group.name(), names(group.leaves())));
    }
    for (Command command : commands) {
      List<String> words = new ArrayList<>(command.optionNames());
      if (command.takesAgent()) {
        words.add(AGENTS);
      }
      if (command.takesTemplate()) {
        words.add(TEMPLATES);
      }
      if (command.takesService()) {
        words.addAll(ServiceArgument.SERVICES);
      }
      if (command.path().equals("completion")) {
        words.addAll(List.of("bash", "zsh", "fish"));
      }
      cases.append(clause(command.path(), words));
    }
    String paths =
        commands.stream().map(command -> quoted(command.path())).collect(Collectors.joining("|"));
    String groups =
        groups().stream().map(group -> quoted(group.name())).collect(Collectors.joining("|"));
    return """
        # bash completion for claw; load it with: source <(claw completion bash)
        _claw() {
          local current=${COMP_WORDS[COMP_CWORD]} command= words= i
          for ((i = 1; i < COMP_CWORD; i++)); do
            case "${command:+$command }${COMP_WORDS[i]}" in
              %s|%s) command="${command:+$command }${COMP_WORDS[i]}" ;;
              --debug) ;;
              *) [[ $command ]] && break ;;
            esac
          done
          case "$command" in
        %s  esac
          COMPREPLY=($(compgen -W "$words" -- "$current"))
        }
        complete -o default -F _claw claw
        """
        .formatted(paths, groups, cases);
  }

  String zsh() {
    return "autoload -U +X bashcompinit && bashcompinit\n" + bash();
  }

  String fish() {
    StringBuilder script =
        new StringBuilder(
            "# fish completion for claw; load it with: claw completion fish | source\n");
    script.append("complete -c claw -f\n");
    for (Entry entry : CommandTable.ENTRIES) {
      line(
          script,
          "__fish_use_subcommand",
          "-a " + entry.name() + " -d " + fishQuoted(entry.summary()));
    }
    for (Group group : groups()) {
      String unfinished =
          "__fish_seen_subcommand_from "
              + group.name()
              + "; and not __fish_seen_subcommand_from "
              + String.join(" ", names(group.leaves()));
      for (Entry leaf : group.leaves()) {
        line(script, unfinished, "-a " + leaf.name() + " -d " + fishQuoted(leaf.summary()));
      }
    }
    for (Command command : commands) {
      String inside =
          "__fish_seen_subcommand_from "
              + command.path().replace(" ", "; and __fish_seen_subcommand_from ");
      for (String option : command.optionNames()) {
        line(
            script,
            inside,
            option.startsWith("--") ? "-l " + option.substring(2) : "-s " + option.substring(1));
      }
      if (command.takesAgent()) {
        line(script, inside, "-a '(claw list --quiet 2>/dev/null)'");
      }
      if (command.takesTemplate()) {
        line(script, inside, "-F -a '(claw templates list --quiet 2>/dev/null)'");
      }
      if (command.takesService()) {
        line(script, inside, "-a '" + String.join(" ", ServiceArgument.SERVICES) + "'");
      }
      if (command.path().equals("completion")) {
        line(script, inside, "-a 'bash zsh fish'");
      }
    }
    return script.toString();
  }

  /** Within single quotes fish knows two escapes, those of the quote and of the backslash. */
  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private static void line(StringBuilder script, String condition, String what) {
    script.append("complete -c claw -n '").append(condition).append("' ").append(what).append('\n');
  }

  private static String clause(String path, List<String> words) {
    return "    " + quoted(path) + ") words=\"" + String.join(" ", words) + "\" ;;\n";
  }

  private static String quoted(String path) {
    return "\"" + path + "\"";
  }

  private static List<String> names(List<? extends Entry> entries) {
    return entries.stream().map(Entry::name).toList();
  }

  private static List<Group> groups() {
    return CommandTable.ENTRIES.stream()
        .filter(Group.class::isInstance)
        .map(Group.class::cast)
        .toList();
  }
}
