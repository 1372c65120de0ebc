package dev.claw.access.telegram;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what an answer holds up to a bound. Of one that is larger the beginning is kept, which
 * tells what it was, and the rest is not waited for.
 */
final class BoundedBody implements BodySubscriber<BoundedBody.Body> {
  private static final int BEGINNING = 1024;

  /**
   * What came.
   *
   * @param bytes all, or where it is not whole the first ones
   */
  record Body(byte[] bytes, boolean isWhole) {}

  private final int largest;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<Body> body = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;

  private BoundedBody(int largest) {
    this.largest = largest;
  }

  static BodyHandler<Body> of(int largest) {
    return (HttpResponse.ResponseInfo _) -> new BoundedBody(largest);
  }

  @Override
  public CompletionStage<Body> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    for (ByteBuffer buffer : buffers) {
      if (body.isDone()) {
        return;
      }
      byte[] some = new byte[Math.min(buffer.remaining(), largest - bytes.size())];
      buffer.get(some);
      bytes.writeBytes(some);
      if (buffer.hasRemaining()) {
        cut();
      }
    }
  }

  private void cut() {
    byte[] all = bytes.toByteArray();
    body.complete(new Body(Arrays.copyOf(all, Math.min(all.length, BEGINNING)), false));
    if (subscription != null) {
      subscription.cancel();
    }
  }

  @Override
  public void onError(Throwable why) {
    body.completeExceptionally(why);
  }

  @Override
  public void onComplete() {
    body.complete(new Body(bytes.toByteArray(), true));
  }
}
