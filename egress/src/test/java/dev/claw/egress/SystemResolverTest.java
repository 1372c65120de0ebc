package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class SystemResolverTest {
  private final Queue<Runnable> blocking = new ArrayDeque<>();
  private final SystemResolver resolver = new SystemResolver(blocking::add);

  private List<InetAddress> resolve(String name) {
    CompletableFuture<List<InetAddress>> found = resolver.resolve(name).toCompletableFuture();
    // Whoever asks must not be held up.
    assertThat(found).isNotDone();
    blocking.remove().run();
    return found.join();
  }

  @Test
  void nameOfThisMachineIsFoundOnAThreadThatMayBlockWithIpv4First() {
    assertThat(resolve("localhost"))
        .isNotEmpty()
        .allMatch(InetAddress::isLoopbackAddress)
        .isSortedAccordingTo(Comparator.comparingInt(address -> address.getAddress().length));
  }

  @Test
  void nameThatDoesNotExistFails() {
    assertThatThrownBy(() -> resolve("name.invalid"))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(UnknownHostException.class);
    assertThat(blocking).isEmpty();
  }
}
