package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Enforcer;
import dev.claw.compiler.PolicyExplanation.Line;
import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.compiler.PolicyExplanation.Status;
import dev.claw.model.EgressPolicy;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says which models an agent uses. */
final class ModelLines {
  private ModelLines() {}

  static List<Line> of(ModelPolicy policy, EgressPolicy reach) {
    return reach.profile() == NetworkProfile.OFFLINE && !policy.primary().isEmpty()
        ? List.of(outOfReach(policy))
        : reached(policy, reach);
  }

  private static Line outOfReach(ModelPolicy policy) {
    return new Line(
        Section.MODELS,
        "It reaches no model, and so answers nothing: an agent whose network is offline has no door"
            + " to claw's model broker. It would think with "
            + Quoted.visible(policy.primary())
            + " if network.profile were allowlist.",
        Enforcer.KERNEL,
        Status.ENFORCED);
  }

  private static List<Line> reached(ModelPolicy policy, EgressPolicy reach) {
    boolean open = reach.profile() == NetworkProfile.OPEN;
    List<Line> lines = new ArrayList<>();
    lines.add(
        new Line(
            Section.MODELS,
            policy.primary().isEmpty()
                ? "It has no model, and so answers nothing."
                : "It thinks with " + Quoted.visible(policy.primary()) + ".",
            Enforcer.OPENCLAW,
            Status.ENFORCED));
    for (ModelPolicy.Provider provider : policy.providers()) {
      lines.add(
          broker(
              "It reaches "
                  + Quoted.visible(provider.id())
                  + " ("
                  + provider.models().stream()
                      .map(model -> Quoted.visible(model.id()))
                      .collect(Collectors.joining(", "))
                  + ") through claw's model broker"
                  + (open ? "" : " only")
                  + ", which goes to "
                  + Quoted.visible(provider.baseUrl())
                  + (provider.secret().isEmpty()
                      ? " without a key."
                      : " and adds the key "
                          + Quoted.visible(provider.secret())
                          + "; the agent never sees it.")));
    }
    if (!policy.providers().isEmpty()) {
      lines.add(
          broker(
              (open ? "Through the broker it" : "It")
                  + " can call the models named here and no others, and none while claw's supervisor"
                  + " does not run."));
      if (open) {
        lines.add(
            new Line(
                Section.MODELS,
                "Its network is open: past the broker it can call any model that wants no key, or"
                    + " whose key it has. claw neither counts nor records that.",
                Enforcer.NOBODY,
                Status.NOT_ENFORCED));
      }
      lines.add(
          broker(
              policy.content()
                  ? "Model calls are recorded with their content: whatever the agent reads and"
                      + " writes there stands in claw's record."
                  : "Model calls are recorded with model, status, bytes and tokens, not with their"
                      + " content."));
    }
    long tokens = reach.budgets().modelTokensPerDay();
    if (tokens != Long.MAX_VALUE) {
      lines.add(
          broker(
              "It can use at most "
                  + tokens
                  + " tokens a day"
                  + (open ? " through the broker" : "")
                  + ", both ways."));
    }
    return lines;
  }

  private static Line broker(String text) {
    return new Line(Section.MODELS, text, Enforcer.BROKER, Status.ENFORCED);
  }
}
