package dev.claw.supervisor.resident;

import dev.claw.lock.JsonException;
import dev.claw.supervisor.SupervisorException;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ControlMessage.Answer;
import dev.claw.supervisor.resident.ControlMessage.Request;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import jdk.net.ExtendedSocketOptions;

/** One question to whoever listens at a control socket. */
final class ControlCall {
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private ControlCall() {}

  /**
   * The answer; empty where nobody is there to give one, or it ended while it was asked.
   *
   * @throws SupervisorException as it was answered
   */
  static Optional<Answer> ask(Path control, Request request) throws SupervisorException {
    Answer answer;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(control));
      if (!channel
          .getOption(ExtendedSocketOptions.SO_PEERCRED)
          .user()
          .equals(Files.getOwner(Path.of("/proc/self")))) {
        return Optional.empty(); // somebody else's, whose word counts for nothing
      }
      Timer patience = new Timer("supervisor-answer", true);
      try {
        patience.schedule(closing(channel), ANSWER.toMillis());
        channel.write(ByteBuffer.wrap(ControlMessage.write(request)));
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        byte[] line = ControlServer.line(channel);
        if (line.length == 0) {
          return Optional.empty(); // it ended while it was asked
        }
        answer = ControlMessage.readAnswer(line);
      } finally {
        patience.cancel();
      }
    } catch (AsynchronousCloseException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new SupervisorException(Reason.INTERRUPTED, "broken off", e);
      }
      throw new SupervisorException(
          Reason.FAILED,
          "the supervisor did not answer within "
              + ANSWER.toSeconds()
              + " s; see 'claw supervisor logs'",
          e);
    } catch (IOException e) {
      return Optional.empty(); // nobody listens, or it ended while it was asked
    } catch (JsonException e) {
      throw new SupervisorException(
          Reason.FAILED,
          "the supervisor's answer is not understood ("
              + e.getMessage()
              + "); it may be of another version: run 'claw supervisor stop'",
          e);
    }
    if (answer instanceof Answer.Failed(Reason reason, String message)) {
      throw new SupervisorException(reason, message);
    }
    return Optional.of(answer);
  }

  private static TimerTask closing(SocketChannel channel) {
    return new TimerTask() {
      @Override
      public void run() {
        try {
          channel.close();
        } catch (IOException e) {
          // whoever reads notices
        }
      }
    };
  }
}
