package dev.claw.cli;

import picocli.CommandLine.Option;

/** {@code --json}, for every command that lists or inspects. */
final class JsonOption {
  @Option(names = "--json", description = "Print JSON.")
  private boolean wanted;

  boolean wanted() {
    return wanted;
  }
}
