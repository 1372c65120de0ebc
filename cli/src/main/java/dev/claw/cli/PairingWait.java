package dev.claw.cli;

import dev.claw.access.ChatUser;
import dev.claw.access.ConfirmOutcome;
import dev.claw.access.Invitation;
import dev.claw.access.InvitationState;
import dev.claw.access.Role;
import dev.claw.access.TokenHash;
import dev.claw.model.AgentName;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.resident.SupervisorClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits until somebody shows a token, asks the operator, and sees to what the answer is. */
final class PairingWait {
  private final Claw claw;
  private final Invitation invitation;
  private final TokenHash token;
  private final SupervisorClient supervisor;
  private final PairingReport report;
  private boolean over;

  PairingWait(Claw claw, Invitation invitation) {
    this.claw = claw;
    this.invitation = invitation;
    this.token = invitation.token().hash();
    this.supervisor = claw.supervisor();
    this.report = new PairingReport(claw, invitation.agent().name());
  }

  /** Whether nothing can come of the token any more. */
  boolean isOver() {
    return over;
  }

  ExitCode run() throws CliException, SupervisorException, InterruptedException {
    InvitationState state = supervisor.awaitPairing(token, Optional.empty());
    while (true) {
      switch (state) {
        case InvitationState.Open open -> state = untilShown(open);
        case InvitationState.Requested asked -> {
          Optional<ExitCode> end = ask(asked);
          if (end.isPresent()) {
            return end.get();
          }
          state = changed(asked);
        }
        case InvitationState.Confirmed(ChatUser user) -> {
          over = true;
          Role role = invitation.role();
          AgentName agent = invitation.agent().name();
          return report.report(new ConfirmOutcome.Confirmed(user, agent, role));
        }
        case InvitationState.Over(ConfirmOutcome.Reason reason, String sentence) -> {
          // One whose time is over is taken back, so that whoever asked hears of it.
          over = reason != ConfirmOutcome.Reason.EXPIRED;
          throw report.over(reason, sentence);
        }
      }
    }
  }

  private InvitationState untilShown(InvitationState.Open open) throws SupervisorException {
    try (Waiting _ = Waiting.upTo(claw, open.left(), "waiting for somebody to open the link")) {
      return changed(open);
    }
  }

  /** The next state of another kind; the supervisor answers also where there is none. */
  private InvitationState changed(InvitationState known) throws SupervisorException {
    InvitationState state = known;
    while (state.getClass() == known.getClass()) {
      state = supervisor.awaitPairing(token, Optional.of(state));
    }
    return state;
  }

  /** How it ended; empty where it goes on without an answer from here. */
  private Optional<ExitCode> ask(InvitationState.Requested asked)
      throws CliException, SupervisorException, InterruptedException {
    String question =
        asked.user().shown() + " wants to be " + asked.role().word() + " of " + asked.agent();
    if (!claw.surroundings().inIsTerminal() || !claw.surroundings().errIsTerminal()) {
      claw.err()
          .println(
              question
                  + "; to let them in: claw access confirm telegram "
                  + asked.agent()
                  + " - --telegram-user-id "
                  + asked.user().id());
      return Optional.empty();
    }
    forgetWhatWasTyped();
    claw.err().print(question + ". Allow? [y/N] ");
    claw.err().flush();
    CompletableFuture<String> typed = later(this::line);
    CompletableFuture<InvitationState> change = later(() -> changed(asked));
    try {
      var _ = CompletableFuture.anyOf(typed, change).get();
    } catch (ExecutionException e) {
      throw failed(e);
    }
    if (!typed.isDone()) {
      claw.err().println();
      return Optional.empty(); // it changed while the operator thought about it
    }
    String answer = typed.join();
    boolean yes = answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes");
    ConfirmOutcome outcome =
        yes
            ? supervisor.confirmPairing(token, Optional.of(asked.agent()), asked.user().id())
            : supervisor.refusePairing(token, "no");
    over = true;
    return Optional.of(report.report(outcome));
  }

  /** A line that was typed before the question is no answer to it. */
  private void forgetWhatWasTyped() throws SupervisorException {
    try {
      TypedAhead.forget(claw.surroundings().in());
    } catch (IOException e) {
      throw new SupervisorException(
          SupervisorException.Reason.FAILED,
          "standard input: " + e.getMessage() + ", so nobody is asked; confirm from a script",
          e);
    }
  }

  private String line() throws IOException {
    String line =
        new BufferedReader(new InputStreamReader(claw.surroundings().in(), StandardCharsets.UTF_8))
            .readLine();
    return line == null ? "" : line.strip();
  }

  /** In a thread of its own, which a read from a terminal may keep for good. */
  private static <T> CompletableFuture<T> later(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  private static SupervisorException failed(ExecutionException e) {
    return e.getCause() instanceof SupervisorException failed
        ? failed
        : new SupervisorException(
            SupervisorException.Reason.FAILED, "standard input: can't be read", e);
  }
}
