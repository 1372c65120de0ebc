package dev.claw.compiler;

import java.util.Optional;
import java.util.regex.Pattern;

/** Recognises values that are secrets by their shape, so that none ends up in a readable file. */
final class SecretShapes {
  private static final Pattern KNOWN =
      Pattern.compile(
          "\\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"
              + "|glpat-[A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}"
              + "|xox[abprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}"
              + "|[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}"
              + "|eyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.)"
              + "|-----BEGIN [A-Z ]*PRIVATE KEY-----");

  private SecretShapes() {}

  /** Its first characters, enough to find it by; empty where the text has no such shape. */
  static Optional<String> find(String text) {
    var matcher = KNOWN.matcher(text);
    return matcher.find()
        ? Optional.of(text.substring(matcher.start(), matcher.start() + 4) + "…")
        : Optional.empty();
  }
}
