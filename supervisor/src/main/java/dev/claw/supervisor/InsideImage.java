package dev.claw.supervisor;

import java.util.Set;

/** What claw calls inside an agent image; the recipe in bootstrap keeps the same paths. */
final class InsideImage {
  static final String INIT = "/opt/claw/bin/claw-agent-init";
  static final String CONFIG = "/etc/claw/openclaw.json";

  /** Environment variables that the image sets itself. */
  static final Set<String> VARIABLES = Set.of("LANG");

  private InsideImage() {}
}
