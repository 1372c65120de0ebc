package dev.claw.compiler;

import dev.claw.model.AgentPolicy.Tools;
import dev.claw.model.ByteSize;
import dev.claw.model.EgressPolicy.Budgets;
import dev.claw.model.ExecMode;
import dev.claw.model.Mount;
import dev.claw.model.NetworkProfile;
import dev.claw.model.Resources;
import dev.claw.model.Seccomp;
import java.time.Duration;
import java.util.List;

/** What holds where neither a template nor one that it extends says anything. */
final class Defaults {
  static final String API_VERSION = "claw/v1";

  static final Tools TOOLS = new Tools("coding", List.of(), List.of());
  static final ExecMode EXEC = ExecMode.ASK;

  static final boolean AUDIT_CONTENT = false;

  static final long CONTEXT_WINDOW = 131_072;
  static final long MAX_TOKENS = 8192;

  static final String IMAGE = "localhost/claw-openclaw-agent";
  // OpenClaw's first turn peaks at 1.6 GiB; below 1.75 GiB the kernel ends it.
  static final Resources RESOURCES =
      new Resources(new ByteSize(2L << 30), 2000, 512, 4096, new ByteSize(256L << 20));
  static final ByteSize ENOUGH_MEMORY = new ByteSize(1792L << 20);
  static final ByteSize HOME_SIZE = new ByteSize(64L << 20);
  static final Mount.Mode MOUNT_MODE = Mount.Mode.RO;
  static final Seccomp.Kind SECCOMP = Seccomp.Kind.STRICT;
  static final Duration STOP_GRACE_PERIOD = Duration.ofSeconds(60);

  static final NetworkProfile NETWORK = NetworkProfile.OFFLINE;
  static final List<Integer> PORTS = List.of(443);
  static final Budgets BUDGETS = Budgets.UNBOUNDED;

  private Defaults() {}
}
