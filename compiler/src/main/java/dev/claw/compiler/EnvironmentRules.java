package dev.claw.compiler;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which environment variables a template may set. */
final class EnvironmentRules {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Set<String> LOADERS =
      Set.of(
          "NODE_OPTIONS",
          "NODE_PATH",
          "NODE_EXTRA_CA_CERTS",
          "NODE_TLS_REJECT_UNAUTHORIZED",
          "NODE_REPL_EXTERNAL_MODULE",
          "BASH_ENV",
          "ENV",
          "SHELLOPTS",
          "BASHOPTS",
          "PYTHONSTARTUP",
          "PYTHONHOME",
          "PERL5OPT",
          "RUBYOPT",
          "JAVA_TOOL_OPTIONS",
          "_JAVA_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "GCONV_PATH",
          "GLIBC_TUNABLES",
          "GIT_SSH_COMMAND",
          "GIT_EXTERNAL_DIFF");
  private static final Set<String> CLAW =
      Set.of(
          "PATH",
          "HOME",
          "USER",
          "LOGNAME",
          "SHELL",
          "TMPDIR",
          "DO_NOT_TRACK",
          "NO_COLOR",
          "HOSTNAME",
          "SSL_CERT_DIR");

  private EnvironmentRules() {}

  /** Why a template can't set a variable, as the rest of a sentence; empty where it can. */
  static Optional<String> refuse(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.of("is no name of a variable; expected A-Z, 0-9 and '_'");
    }
    if (name.startsWith("LD_") || LOADERS.contains(name) || name.startsWith("BASH_FUNC_")) {
      return Optional.of(
          "makes programs load or run code before their own; build it into an image");
    }
    if (name.startsWith("OPENCLAW_") || name.startsWith("CLAW_")) {
      return Optional.of("belongs to claw, which sets what OpenClaw needs");
    }
    if (name.toUpperCase(Locale.ROOT).endsWith("_PROXY")) {
      return Optional.of("belongs to claw: where the agent can go is written under network");
    }
    if (CLAW.contains(name) || EgressInside.isOwn(name)) {
      return Optional.of("belongs to claw, which sets it for every agent");
    }
    return Optional.empty();
  }
}
