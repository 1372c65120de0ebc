package dev.claw.compiler;

import dev.claw.model.Quoted;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that a person may have meant. */
public final class Nearest {
  private static final int LONGEST = 64;

  private Nearest() {}

  /** The closest of the known words, if one is close; of equals the first in the alphabet. */
  public static Optional<String> find(String word, Collection<String> known) {
    if (word.isEmpty() || word.length() > LONGEST) {
      return Optional.empty();
    }
    String wanted = word.toLowerCase(Locale.ROOT);
    String best = null;
    int least = Math.max(1, word.length() / 3) + 1;
    for (String candidate : known.stream().sorted().toList()) {
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** {@code ; did you mean 'x'?}, or the known words where they are few, or nothing. */
  static String hint(String word, Collection<String> known) {
    Optional<String> nearest = find(word, known);
    if (nearest.isPresent()) {
      return "; did you mean " + Quoted.of(nearest.get()) + "?";
    }
    return known.isEmpty() || known.size() > 16 ? "" : "; known are " + String.join(", ", known);
  }

  /** Edits between two words, a swap of neighbours counting as one (optimal string alignment). */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
