package dev.claw.supervisor.resident;

import dev.claw.access.AccessException;
import dev.claw.access.TokenHash;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Answers what is asked over the control socket, by the part of the process that knows. */
final class ControlDesk {
  /** How long an agent that was announced may take until it runs. */
  private static final Duration START = Duration.ofMinutes(3);

  /** By when whoever asks to serve has built the door of an agent that runs already. */
  private static final Duration DOOR = Duration.ofSeconds(5);

  private final Lifetime lifetime;
  private final Parts parts;
  private final Supplier<SupervisorStatus> status;
  private final ScheduledExecutorService later;
  private final Consumer<String> log;

  /** Who knows. */
  record Parts(
      ServedAgents served,
      Watch watch,
      ApprovalBroker approvals,
      ChatDesk chat,
      PairingDesk pairings) {}

  ControlDesk(
      Lifetime lifetime,
      Parts parts,
      Supplier<SupervisorStatus> status,
      ScheduledExecutorService later,
      Consumer<String> log) {
    this.lifetime = lifetime;
    this.parts = parts;
    this.status = status;
    this.later = later;
    this.log = log;
  }

  /** The answer; empty where the process ends, so that whoever asks starts another one. */
  Optional<Answer> answer(Request request) {
    if (!lifetime.answer()) {
      return Optional.empty();
    }
    try {
      return Optional.of(answered(request));
    } catch (RejectedExecutionException e) {
      return Optional.empty(); // it ended meanwhile
    } catch (SupervisorException e) {
      return Optional.of(failed(e.reason(), e));
    } catch (AccessException e) {
      return Optional.of(failed(Reason.STATE, e));
    } catch (RuntimeException e) {
      log.accept("this should not have happened: " + e);
      return Optional.of(new Answer.Failed(Reason.FAILED, "the supervisor failed: " + e));
    } finally {
      lifetime.answered();
    }
  }

  private Answer failed(Reason reason, Exception e) {
    log.accept(String.valueOf(e.getMessage()));
    return new Answer.Failed(reason, String.valueOf(e.getMessage()));
  }

  private Answer answered(Request request) throws SupervisorException, AccessException {
    return switch (request) {
      case Request.Serve(AgentName agent) -> new Answer.ServedAt(serve(agent));
      case Request.Refresh(AgentName agent) -> {
        if (parts.served().find(agent).isPresent()) {
          parts.served().refresh(agent);
        } else {
          parts.watch().resume(agent); // one that lost its egress while its lock did not hold
        }
        yield new Answer.Done();
      }
      case Request.Approvals _ -> {
        parts.approvals().look();
        yield new Answer.Done();
      }
      case Request.Chat _ -> {
        parts.chat().lookAgain();
        parts.pairings().look();
        yield new Answer.Done();
      }
      case Request.AwaitPairing(TokenHash token, String known) ->
          new Answer.Stands(parts.pairings().await(token, known));
      case Request.ConfirmPairing(TokenHash token, Optional<AgentName> agent, long user) ->
          new Answer.Settled(parts.pairings().confirm(token, agent, user));
      case Request.RefusePairing(TokenHash token, String why) ->
          new Answer.Settled(parts.pairings().refuse(token, why));
      case Request.Status _ -> new Answer.Is(status.get());
      case Request.Stop _ -> {
        lifetime.end("it was told to");
        yield new Answer.Done();
      }
    };
  }

  private Path serve(AgentName agent) throws SupervisorException {
    Path socket = parts.served().serve(agent);
    Optional<AgentId> id = parts.served().find(agent);
    long announced = id.map(parts.served()::announced).orElse(0L);
    // Nothing is heard of one that runs already.
    var _ =
        later.schedule(
            () -> id.ifPresent(parts.watch()::follow), DOOR.toSeconds(), TimeUnit.SECONDS);
    var _ =
        later.schedule(
            () -> id.ifPresent(known -> parts.watch().releaseUnlessRunning(known, announced)),
            START.toSeconds(),
            TimeUnit.SECONDS);
    return socket;
  }
}
