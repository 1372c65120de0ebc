package dev.claw.compiler;

import dev.claw.compiler.PolicyExplanation.Section;
import dev.claw.lock.PolicyLock;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Mount;
import dev.claw.model.Quoted;
import dev.claw.model.Resources;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A lock as subjects with values, so that two locks can be laid side by side. */
final class LockFacts {
  private final Map<Section, Map<String, String>> facts = new EnumMap<>(Section.class);

  private LockFacts() {}

  static Map<Section, Map<String, String>> of(PolicyLock lock) {
    LockFacts facts = new LockFacts();
    facts.addOrigin(lock);
    facts.addDecide(lock.decide());
    facts.addTouch(lock.touch());
    facts.addReach(lock.reach());
    facts.addModels(lock.models());
    return facts.facts;
  }

  private void put(Section section, String subject, String value) {
    facts
        .computeIfAbsent(section, s -> new TreeMap<>())
        .put(Quoted.visible(subject), Quoted.visible(value));
  }

  private void addOrigin(PolicyLock lock) {
    put(Section.ORIGIN, "agent", lock.agentName() + " " + lock.agentId());
    put(
        Section.ORIGIN,
        "template",
        lock.template().name() + " " + lock.template().digest().abbreviated());
    put(Section.ORIGIN, "claw", lock.versions().claw());
    put(Section.ORIGIN, "OpenClaw", lock.versions().openclaw());
    put(
        Section.ORIGIN,
        "image",
        lock.image().reference()
            + " "
            + lock.image().findDigest().map(digest -> digest.value()).orElse("(not here)"));
    lock.artefacts()
        .forEach((file, digest) -> put(Section.ORIGIN, "file " + file, digest.abbreviated()));
  }

  private void addDecide(PolicyLock.Decide decide) {
    put(Section.DECIDE, "tool profile", decide.tools().profile());
    each(Section.DECIDE, "allowed tool ", decide.tools().allow());
    each(Section.DECIDE, "denied tool ", decide.tools().deny());
    // What the words above come to, so that more and less can be told.
    each(Section.DECIDE, "tool ", OpenClawNames.load().effective(decide.tools(), decide.plugins()));
    put(Section.DECIDE, "running programs", decide.exec().word());
    each(Section.DECIDE, "skill ", decide.skills());
    each(Section.DECIDE, "plugin ", decide.plugins());
    each(Section.DECIDE, "channel ", decide.channels());
    put(Section.DECIDE, "rules in TOOLS.md", decide.rules().abbreviated());
  }

  private void addTouch(PolicyLock.Touch touch) {
    Resources resources = touch.resources();
    put(Section.TOUCH, "uid and gid", touch.user().uid() + ":" + touch.user().gid());
    put(Section.TOUCH, "memory", resources.memory().toString());
    put(
        Section.TOUCH,
        "cpus",
        BigDecimal.valueOf(resources.milliCpus(), 3).stripTrailingZeros().toPlainString());
    put(Section.TOUCH, "pids", Integer.toString(resources.pids()));
    put(Section.TOUCH, "nofile", Integer.toString(resources.nofile()));
    put(Section.TOUCH, "tmp", resources.tmp().toString());
    put(Section.TOUCH, "seccomp", touch.seccomp().word());
    for (Mount mount : touch.mounts()) {
      put(
          Section.TOUCH,
          "mount " + mount.target(),
          mount.source() + " " + mount.mode().name().toLowerCase(Locale.ROOT));
    }
    each(Section.TOUCH, "secret ", touch.secrets());
  }

  private void addReach(EgressPolicy reach) {
    put(Section.REACH, "network", reach.profile().word());
    rules("allow ", reach.allow());
    rules("deny ", reach.deny());
    EgressPolicy.Budgets budgets = reach.budgets();
    budget("requests per minute", budgets.requestsPerMinute());
    budget("bytes per day", budgets.bytesPerDay());
    budget("model tokens per day", budgets.modelTokensPerDay());
  }

  private void rules(String kind, List<EgressRule> rules) {
    for (EgressRule rule : rules) {
      put(
          Section.REACH,
          kind + RuleText.of(rule),
          (rule.inspect() ? "inspected" : "not inspected") + (rule.audit() ? ", audit only" : ""));
    }
  }

  private void budget(String subject, long value) {
    put(Section.REACH, subject, value == Long.MAX_VALUE ? "unbounded" : Long.toString(value));
  }

  private void addModels(ModelPolicy models) {
    if (models.content()) {
      put(Section.MODELS, "content of calls", "recorded");
    }
    put(Section.MODELS, "primary", models.primary().isEmpty() ? "none" : models.primary());
    for (ModelPolicy.Provider provider : models.providers()) {
      put(
          Section.MODELS,
          "provider " + provider.id(),
          provider.api()
              + " "
              + provider.baseUrl()
              + (provider.secret().isEmpty() ? "" : " key " + provider.secret()));
      for (ModelPolicy.Model model : provider.models()) {
        put(
            Section.MODELS,
            "model " + provider.id() + "/" + model.id(),
            model.contextWindow() + " tokens, " + model.maxTokens() + " in an answer");
      }
    }
  }

  private void each(Section section, String kind, List<String> values) {
    values.forEach(value -> put(section, kind + value, ""));
  }
}
