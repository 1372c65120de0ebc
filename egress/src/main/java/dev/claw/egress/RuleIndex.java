package dev.claw.egress;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rules that name a host by one look-up for each label of it, however many rules there
 * are.
 */
final class RuleIndex {
  private final Map<String, List<RuleEntry>> exact = new HashMap<>();
  private final Map<String, List<RuleEntry>> oneLabel = new HashMap<>();
  private final Map<String, List<RuleEntry>> manyLabels = new HashMap<>();
  private final int mostLabels;

  RuleIndex(List<RuleEntry> entries) {
    int most = 0;
    for (RuleEntry entry : entries) {
      String host = entry.rule().host();
      if (host.startsWith("**.")) {
        add(manyLabels, host.substring(3), entry);
        most = Math.max(most, labels(host.substring(3)));
      } else if (host.startsWith("*.")) {
        add(oneLabel, host.substring(2), entry);
      } else {
        add(exact, host, entry);
      }
    }
    mostLabels = most;
  }

  /** The entries for a host, the most specific first, else in the order in which they stand. */
  List<RuleEntry> find(HostName host) {
    String text = host.text();
    List<RuleEntry> found = exact.getOrDefault(text, List.of());
    if (!host.isName()) {
      return found;
    }
    int dot = text.indexOf('.');
    if (dot >= 0 && !oneLabel.isEmpty()) {
      found = joined(found, oneLabel.get(text.substring(dot + 1)));
    }
    if (!manyLabels.isEmpty()) {
      // A name of 127 labels costs no more look-ups than the deepest rule has labels.
      int start = startOfLast(text, mostLabels);
      if (start == 0) {
        start = dot + 1;
      }
      while (start > 0) {
        found = joined(found, manyLabels.get(text.substring(start)));
        start = text.indexOf('.', start) + 1;
      }
    }
    return found;
  }

  /** Where the last labels of a name start. */
  private static int startOfLast(String name, int labels) {
    int at = name.length();
    for (int i = 0; i < labels && at >= 0; i++) {
      at = name.lastIndexOf('.', at - 1);
    }
    return at + 1;
  }

  private static int labels(String name) {
    return (int) name.chars().filter(c -> c == '.').count() + 1;
  }

  private static List<RuleEntry> joined(List<RuleEntry> found, @Nullable List<RuleEntry> more) {
    if (more == null) {
      return found;
    }
    if (found.isEmpty()) {
      return more;
    }
    List<RuleEntry> both = new ArrayList<>(found.size() + more.size());
    both.addAll(found);
    both.addAll(more);
    return both;
  }

  private static void add(Map<String, List<RuleEntry>> map, String key, RuleEntry entry) {
    map.computeIfAbsent(key, k -> new ArrayList<>()).add(entry);
  }
}
