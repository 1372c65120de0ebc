package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.lock.PolicyLock;
import dev.claw.model.Digest;
import dev.claw.model.ExecMode;
import java.util.ArrayList;
import java.util.List;

/** Says what an agent may decide. */
final class DecideLines {
  private DecideLines() {}

  static List<Line> of(PolicyLock.Decide decide, OpenClawNames names) {
    List<Line> lines = new ArrayList<>();
    List<String> tools = names.effective(decide.tools(), decide.plugins());
    lines.add(
        openclaw(
            tools.isEmpty()
                ? "It may use none of OpenClaw's tools."
                : "It may use these tools and no others: " + String.join(", ", tools) + "."));
    if (!decide.tools().deny().isEmpty()) {
      lines.add(
          openclaw(
              "Whatever else admits them, it may not use "
                  + String.join(", ", decide.tools().deny())
                  + "."));
    }
    addExec(lines, decide.exec(), tools.contains("exec"));
    lines.add(openclaw(named("skill", decide.skills())));
    lines.add(openclaw(named("plugin", decide.plugins())));
    lines.add(
        openclaw(
            decide.channels().isEmpty()
                ? "Nobody can talk to it over a chat service."
                : "People can talk to it over " + String.join(", ", decide.channels()) + "."));
    if (!decide.rules().equals(Digest.of(""))) {
      lines.add(
          new Line(
              Section.DECIDE,
              "It is told the rules of its template in TOOLS.md, and may do otherwise.",
              Enforcer.NOBODY,
              Status.ADVISORY));
    }
    return lines;
  }

  private static void addExec(List<Line> lines, ExecMode mode, boolean hasTool) {
    lines.add(
        openclaw(
            switch (mode) {
              case DENY -> "It may not run programs.";
              case ALLOWLIST ->
                  "It may run programs that were approved before and a few filters; all others are"
                      + " refused without asking.";
              case ASK ->
                  "It may run programs that were approved before; for any other a person is asked"
                      + " ('claw approvals'), and nobody answering is a no.";
              case AUTO ->
                  "It may run programs that were approved before; of any other a model judges"
                      + " whether it may run, or that a person is to be asked ('claw approvals').";
              case FULL -> "It may run any program in its container without asking.";
            }));
    if (hasTool && (mode == ExecMode.ALLOWLIST || mode == ExecMode.ASK || mode == ExecMode.AUTO)) {
      lines.add(
          new Line(
              Section.DECIDE,
              "Approvals are kept where the agent can write: a program that already runs can"
                  + " rewrite them. What it can touch and reach holds all the same.",
              Enforcer.NOBODY,
              Status.NOT_ENFORCED));
    }
  }

  private static String named(String what, List<String> names) {
    return names.isEmpty()
        ? "It has no " + what + "s."
        : "It has the " + what + (names.size() == 1 ? " " : "s ") + String.join(", ", names) + ".";
  }

  private static Line openclaw(String text) {
    return new Line(Section.DECIDE, text, Enforcer.OPENCLAW, Status.ENFORCED);
  }
}
