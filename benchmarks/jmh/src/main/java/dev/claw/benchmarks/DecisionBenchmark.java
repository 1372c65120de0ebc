package dev.claw.benchmarks;

import dev.claw.egress.Decision;
import dev.claw.egress.EgressRequest;
import dev.claw.egress.EgressRules;
import dev.claw.model.EgressPolicy;
import dev.claw.model.EgressRule;
import dev.claw.model.InvalidValueException;
import dev.claw.model.NetworkProfile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** What it takes to decide about one request; half of the rules name a host, half a wildcard. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecisionBenchmark {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Param({"1000", "10000"})
  private int rules;

  private Asked asked = new Asked(List.of(), List.of());

  private record Asked(List<EgressRules> rules, List<EgressRequest> requests) {}

  /** Makes the rules and one request of each kind. */
  @Setup
  public void prepare() throws InvalidValueException {
    List<EgressRule> allow = new ArrayList<>();
    for (int i = 0; i < rules; i++) {
      String host = (i % 2 == 0 ? "" : i % 4 == 1 ? "*." : "**.") + "host-" + i + ".example.com";
      allow.add(rule(host, List.of("GET", "POST"), List.of("/api/**", "/repos/*/pulls")));
    }
    List<EgressRule> deny = List.of(rule("**.bad.example", List.of(), List.of()));
    EgressPolicy policy =
        new EgressPolicy(NetworkProfile.ALLOWLIST, allow, deny, EgressPolicy.Budgets.UNBOUNDED);
    int last = rules - 4;
    asked =
        new Asked(
            List.of(EgressRules.of(policy, List.of())),
            List.of(
                EgressRequest.parse("GET", "https://host-" + last + ".example.com/api/v1/things"),
                EgressRequest.parse(
                    "GET", "https://a.b.c.host-" + (last + 3) + ".example.com/repos/x/pulls"),
                EgressRequest.parse("GET", "https://host-" + last + ".example.net/")));
  }

  private static EgressRule rule(String host, List<String> methods, List<String> paths) {
    return new EgressRule(host, List.of(80, 443), methods, paths, true, false, List.of());
  }

  private Decision decide(int request) {
    return asked.rules().getFirst().decide(asked.requests().get(request), NOW);
  }

  /** A rule names the host. */
  @Benchmark
  public Decision exactHost() {
    return decide(0);
  }

  /** The host lies several labels below a rule's. */
  @Benchmark
  public Decision wildcardHost() {
    return decide(1);
  }

  /** No rule names the host. */
  @Benchmark
  public Decision denied() {
    return decide(2);
  }

  /** Runs all of it and prints a table. */
  public static void main(String[] words) throws RunnerException {
    new Runner(new OptionsBuilder().include(DecisionBenchmark.class.getName()).build()).run();
  }
}
