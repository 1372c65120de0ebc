package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.claw.audit.AuditLog;
import dev.claw.audit.AuditVerdict;
import dev.claw.audit.AuditVerifier;
import dev.claw.lock.HostKeyStore;
import dev.claw.model.Actor;
import dev.claw.model.AgentName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditedDecisionsTest {
  private static final AgentName CODER = new AgentName("coder");
  private static final AgentName OTHER = new AgentName("other");
  private static final Actor PROXY = new Actor("supervisor", "egress");

  @TempDir private Path folder;
  private HostKeyStore keys;

  @BeforeEach
  void makeKeys() throws Exception {
    Path secrets = Files.createDirectory(folder.resolve("secrets"));
    Path known = Files.createDirectory(folder.resolve("keys"));
    keys = new HostKeyStore(secrets, known, Clock.systemUTC());
    keys.create(new SecureRandom());
  }

  private static EgressEvent allowed(AgentName agent, long connection) {
    return decided(agent, connection, new Decision.Allowed("example.com:443", "", false, ""));
  }

  private static EgressEvent decided(AgentName agent, long connection, Decision decision) {
    return new EgressEvent.Decided(
        agent,
        Instant.EPOCH,
        connection,
        EgressEvent.Kind.TLS,
        decision,
        "example.com",
        443,
        "192.0.2.1",
        "",
        "",
        "",
        1);
  }

  private static CompletableFuture<Void> durable(DecisionLog log, EgressEvent event) {
    return log.record(event, Runnable::run).durable().toCompletableFuture();
  }

  private List<String> lines(AgentName agent) throws Exception {
    return Files.readAllLines(folder.resolve(agent + ".jsonl"));
  }

  private AuditedDecisions writer(AgentName agent) {
    return writer(() -> chain(agent));
  }

  private static AuditedDecisions writer(Supplier<AuditLog> chain) {
    return new AuditedDecisions(
        chain,
        PROXY,
        why -> {
          throw new AssertionError(why);
        });
  }

  private AuditLog chain(AgentName agent) {
    return AuditLog.open(folder.resolve(agent + ".jsonl"), keys, Instant::now);
  }

  @Test
  void whatWasAnsweredIsOnRecordInTheAgentsOwnChain() throws Exception {
    try (AuditedDecisions log = writer(CODER);
        AuditedDecisions other = writer(OTHER)) {
      durable(log, allowed(CODER, 1)).join();
      durable(
              log,
              decided(CODER, 2, new Decision.Denied(Decision.Reason.NO_RULE, "no rule names it")))
          .join();
      durable(other, allowed(OTHER, 3)).join();
      durable(
              log,
              new EgressEvent.Closed(
                  CODER, Instant.EPOCH, 1, 10, 20, Duration.ofMillis(5), "the agent ended it"))
          .join();
    }
    assertThat(lines(CODER)).hasSize(3);
    assertThat(lines(CODER).get(1))
        .contains("\"egress.connect\"", "\"refused\"", "\"no_rule\"", "\"example.com\"");
    assertThat(lines(CODER).get(2)).contains("\"egress.close\"", "\"bytesIn\":20");
    assertThat(lines(OTHER)).hasSize(1);
  }

  @Test
  void manyDecisionsShareAWrite() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    AtomicInteger writes = new AtomicInteger();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    try (AuditedDecisions log =
        writer(
            () ->
                AuditLog.open(
                    folder.resolve(CODER + ".jsonl"),
                    keys,
                    () -> {
                      writes.incrementAndGet();
                      await(gate);
                      return Instant.now();
                    }))) {
      all.add(durable(log, allowed(CODER, 0)));
      while (writes.get() == 0) {
        Thread.onSpinWait();
      }
      for (int i = 1; i <= 200; i++) {
        all.add(durable(log, allowed(CODER, i)));
      }
      assertThat(all).noneMatch(CompletableFuture::isDone);
      gate.countDown();
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }
    assertThat(writes.get()).isEqualTo(2);
    assertThat(lines(CODER).stream().filter(line -> line.contains("\"egress.connect\"")))
        .hasSize(201);
  }

  @Test
  void theSignedHeadFollowsByItself() throws Exception {
    AuditVerifier verifier = new AuditVerifier(keys.ring().known());
    Path log = folder.resolve(CODER + ".jsonl");
    Path cut = Files.createDirectory(folder.resolve("cut")).resolve(CODER + ".jsonl");
    AtomicInteger asked = new AtomicInteger();
    try (AuditedDecisions decisions =
        writer(
            () -> {
              asked.incrementAndGet();
              return chain(CODER);
            })) {
      durable(decisions, allowed(CODER, 1)).join();
      durable(decisions, allowed(CODER, 2)).join();
      // Until a cut of the last record shows.
      do {
        Thread.onSpinWait();
        Files.copy(
            log, cut, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        Files.write(cut, Files.readAllLines(log).subList(0, 1));
        Files.copy(
            folder.resolve(CODER + ".head"),
            cut.resolveSibling(CODER + ".head"),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.COPY_ATTRIBUTES);
      } while (!(verifier.verify(cut) instanceof AuditVerdict.Cut));
    }
    assertThat(verifier.verify(log)).isInstanceOf(AuditVerdict.Intact.class);
    assertThat(asked.get()).isEqualTo(1);
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aChainThatCanNotBeWrittenFailsItsOwnAgentAlone() throws Exception {
    Files.createDirectory(folder.resolve(OTHER + ".jsonl"));
    try (AuditedDecisions broken = writer(OTHER);
        AuditedDecisions log = writer(CODER)) {
      CompletableFuture<Void> bad = durable(broken, allowed(OTHER, 1));
      CompletableFuture<Void> good = durable(log, allowed(CODER, 2));
      good.join();
      assertThatThrownBy(bad::join).isInstanceOf(CompletionException.class);
    }
  }

  @Test
  void whatWaitsForTheDiskOfOneAgentKeepsNoOther() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    try (AuditedDecisions held =
            writer(
                () -> {
                  await(gate);
                  return chain(OTHER);
                });
        AuditedDecisions log = writer(CODER)) {
      CompletableFuture<Void> slow = durable(held, allowed(OTHER, 1));
      durable(log, allowed(CODER, 2)).join();
      assertThat(slow).isNotDone();
      gate.countDown();
      slow.join();
    }
  }

  @Test
  void whatIsWrittenCanBeReadBeforeItIsDurable() throws Exception {
    try (AuditedDecisions log = writer(CODER)) {
      List<String> told = new CopyOnWriteArrayList<>();
      DecisionLog.Recording recording = log.record(allowed(CODER, 1), Runnable::run);
      CompletionStage<Integer> lines =
          recording
              .written()
              .thenApply(
                  now -> {
                    told.add("written");
                    try {
                      return lines(CODER).size();
                    } catch (Exception e) {
                      throw new CompletionException(e);
                    }
                  });
      recording.durable().thenRun(() -> told.add("durable")).toCompletableFuture().join();
      assertThat(lines.toCompletableFuture().join()).isEqualTo(1);
      assertThat(told).containsExactly("written", "durable");
    }
  }

  @Test
  void nothingIsAnsweredAfterTheEndAndNothingBeforeItIsLost() throws Exception {
    AuditedDecisions log = writer(CODER);
    CompletableFuture<Void> before = durable(log, allowed(CODER, 1));
    log.close();
    log.close();
    before.join();
    assertThat(lines(CODER)).hasSize(1);
    assertThat(durable(log, allowed(CODER, 2))).isCompletedExceptionally();
  }

  @Test
  void moreThanTheQueueHoldsIsDeniedAndNotLost() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    List<CompletableFuture<Void>> all = new ArrayList<>();
    try (AuditedDecisions log =
        writer(
            () -> {
              await(gate);
              return chain(CODER);
            })) {
      for (int i = 0; i < 20_000; i++) {
        all.add(durable(log, allowed(CODER, i)));
      }
      gate.countDown();
    }
    long recorded = all.stream().filter(one -> !one.isCompletedExceptionally()).count();
    assertThat(recorded).isBetween(16_384L, 16_384L + 1025);
    assertThat(lines(CODER).stream().filter(line -> line.contains("\"egress.connect\"")).count())
        .isEqualTo(recorded);
    assertThat(all).allMatch(CompletableFuture::isDone);
  }

  @Test
  void whatWasSaidToAModelFitsIntoARecordAtItsWorst() throws Exception {
    String worst = "\u0001".repeat(64 * 1024);
    EgressEvent.ModelCalled.Content content =
        new EgressEvent.ModelCalled.Content(worst, true, worst, true);
    try (AuditedDecisions log = writer(CODER)) {
      durable(
              log,
              new EgressEvent.ModelCalled(
                  CODER, Instant.EPOCH, 1, "p", "m", 200, Duration.ZERO, 1, 1, 1, 1, content))
          .join();
    }
    assertThat(lines(CODER)).hasSize(1);
  }
}
