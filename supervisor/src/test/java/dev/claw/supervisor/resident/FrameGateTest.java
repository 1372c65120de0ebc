package dev.claw.supervisor.resident;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameGateTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger floods = new AtomicInteger();
  private final AtomicInteger passed = new AtomicInteger();
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new FrameGate(nanos::get),
          new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
              passed.incrementAndGet();
              ReferenceCountUtil.release(message);
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext context, Object event) {
              floods.addAndGet(event instanceof FrameGate.Flood ? 1 : 0);
            }
          });

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void pingsCountToo() {
    for (int i = 0; i < FrameGate.FRAMES; i++) {
      channel.writeInbound(new PingWebSocketFrame());
    }
    assertThat(floods).hasValue(0);
    channel.writeInbound(new PingWebSocketFrame());
    assertThat(floods).hasValue(1);
    assertThat(passed).hasValue(FrameGate.FRAMES);
  }

  @Test
  void bytesCountTheirOwn() {
    int part = (int) (FrameGate.BYTES / 4);
    for (int i = 0; i < 4; i++) {
      channel.writeInbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[part])));
    }
    assertThat(floods).hasValue(0);
    channel.writeInbound(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[1])));
    assertThat(floods).hasValue(1);
  }

  @Test
  void whoTakesItsTimeIsLetThroughForEver() {
    for (int i = 0; i < 10 * FrameGate.FRAMES; i++) {
      nanos.addAndGet(50_000_000);
      channel.writeInbound(new PingWebSocketFrame());
    }
    assertThat(floods).hasValue(0);
  }
}
