package dev.claw.egress;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what goes to a program back until the record of what it answers is on the disk. It is
 * written and not flushed, so that it counts as what the program has not read, and the host is not
 * read any faster.
 */
final class AnswerHold extends ChannelOutboundHandlerAdapter {
  private @Nullable ChannelHandlerContext context;
  private int open;
  private boolean flush;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /**
   * Holds until this is done; where it fails, for ever. Both are told on the channel's event loop.
   */
  void until(CompletionStage<Void> durable) {
    open++;
    durable.thenRun(
        () -> {
          open--;
          ChannelHandlerContext ctx = context;
          if (open == 0 && flush && ctx != null) {
            flush = false;
            ctx.flush();
          }
        });
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    if (open == 0) {
      ctx.flush();
    } else {
      flush = true;
    }
  }
}
