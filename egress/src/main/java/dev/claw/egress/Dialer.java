package dev.claw.egress;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Connects to vetted addresses, one after the other until one accepts. Never looks a name up. */
final class Dialer {
  private final Client client;

  Dialer(Client client) {
    this.client = client;
  }

  /**
   * Calls back on the client's event loop, with a channel that does not read yet, or with why there
   * is none.
   *
   * @param tlsHost whom the certificate must name; null for a plain connection
   */
  void dial(
      List<InetAddress> addresses,
      int port,
      @Nullable HostName tlsHost,
      BiConsumer<@Nullable Channel, @Nullable Throwable> then) {
    next(addresses.iterator(), port, tlsHost, then);
  }

  private void next(
      Iterator<InetAddress> addresses,
      int port,
      @Nullable HostName tlsHost,
      BiConsumer<@Nullable Channel, @Nullable Throwable> then) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(client.channel().eventLoop())
            .channel(NioSocketChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(client.agent().limits().connect().toMillis()))
            .handler(new Nothing());
    ChannelFuture connecting =
        bootstrap.connect(client.agent().environment().outbound().route(addresses.next(), port));
    // A task later: the channel becomes active only after its listeners were told.
    connecting.addListener(
        done ->
            client
                .channel()
                .eventLoop()
                .execute(
                    () -> {
                      connected(connecting, addresses, port, tlsHost, then);
                    }));
  }

  private void connected(
      ChannelFuture connecting,
      Iterator<InetAddress> addresses,
      int port,
      @Nullable HostName tlsHost,
      BiConsumer<@Nullable Channel, @Nullable Throwable> then) {
    if (connecting.isSuccess()) {
      if (tlsHost == null) {
        then.accept(connecting.channel(), null);
      } else {
        secure(connecting.channel(), tlsHost, port, then);
      }
    } else if (addresses.hasNext() && client.channel().isActive()) {
      next(addresses, port, tlsHost, then);
    } else {
      then.accept(null, connecting.cause());
    }
  }

  private void secure(
      Channel channel,
      HostName host,
      int port,
      BiConsumer<@Nullable Channel, @Nullable Throwable> then) {
    SslHandler tls = client.agent().tls().handler(channel.alloc(), host, port);
    tls.setHandshakeTimeoutMillis(client.agent().limits().connect().toMillis());
    channel.pipeline().addFirst(tls);
    Future<Channel> handshake = tls.handshakeFuture();
    Consumer<Channel> ready = c -> then.accept(c, null);
    handshake.addListener(
        done -> {
          if (handshake.isSuccess()) {
            ready.accept(channel);
          } else {
            channel.close();
            then.accept(null, handshake.cause());
          }
        });
    channel.read();
  }

  /** Holds the place until the caller adds what it needs, which then hears of what goes wrong. */
  @ChannelHandler.Sharable
  private static final class Nothing extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (ctx.pipeline().last() != this) {
        ctx.fireExceptionCaught(cause);
      }
      ctx.close();
    }
  }
}
