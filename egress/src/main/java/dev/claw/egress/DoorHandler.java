package dev.claw.egress;

import dev.claw.model.EgressRule;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads where a connection wanted to go (PROXY protocol, version 2) and hands it to who serves. */
final class DoorHandler extends ChannelInboundHandlerAdapter {
  private static final int PROXY_PORT = 3128;
  private static final int BROKER_PORT = 3129;
  private static final int DNS_PORT = 53;

  private final AgentContext agent;
  private final Queue<Object> held = new ArrayDeque<>();
  private boolean accepted;
  private @Nullable Future<?> deadline;

  DoorHandler(AgentContext agent) {
    this.agent = agent;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    long head = agent.limits().head().toMillis();
    deadline = ctx.executor().schedule(() -> ctx.close(), head, TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HAProxyMessage header) {
      accept(ctx, header);
      header.release();
    } else {
      // What came in one read with the header waits until it is known who serves.
      held.add(message);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    boolean any = !held.isEmpty();
    for (Object message = held.poll(); message != null; message = held.poll()) {
      if (message instanceof ChannelInputShutdownEvent) {
        ctx.fireUserEventTriggered(message);
      } else {
        ctx.fireChannelRead(message);
      }
    }
    if (any) {
      ctx.fireChannelReadComplete();
    }
  }

  private void accept(ChannelHandlerContext ctx, HAProxyMessage message) {
    InetSocketAddress destination = destination(message);
    if (destination == null) {
      ctx.close();
      return;
    }
    endDeadline();
    accepted = true;
    Client client = new Client(agent, ctx.channel(), destination, message.sourcePort());
    agent.clients().add(client);
    if (agent.isClosed()) {
      agent.ended(client);
      ctx.close();
      return;
    }
    long idle = agent.limits().idle().toMillis();
    ctx.pipeline()
        .addLast(new IdleStateHandler(0, 0, idle, TimeUnit.MILLISECONDS))
        .addLast(new ByteCounter(client))
        .addLast(client.answers());
    // What follows the header waits until it is known who asks.
    ctx.channel().config().setAutoRead(false);
    InetSocketAddress source =
        new InetSocketAddress(InetAddress.ofLiteral(message.sourceAddress()), message.sourcePort());
    program(ctx.channel(), source, destination)
        .whenComplete(
            (program, failure) ->
                ctx.executor()
                    .execute(
                        () -> {
                          client.program(failure == null ? program.orElse(null) : null);
                          serve(ctx, client);
                        }));
  }

  private CompletionStage<Optional<EgressRule.Program>> program(
      Channel channel, InetSocketAddress source, InetSocketAddress destination) {
    return agent.source().namesPrograms()
        ? agent
            .programLookUps()
            .take(
                channel,
                () -> agent.environment().programs().find(agent.name(), source, destination))
        : CompletableFuture.completedFuture(Optional.empty());
  }

  private static @Nullable InetSocketAddress destination(HAProxyMessage message) {
    boolean proxied =
        message.protocolVersion() == HAProxyProtocolVersion.V2
            && message.command() == HAProxyCommand.PROXY
            && message.proxiedProtocol() == HAProxyProxiedProtocol.TCP4;
    return proxied
        ? new InetSocketAddress(
            InetAddress.ofLiteral(message.destinationAddress()), message.destinationPort())
        : null;
  }

  private void serve(ChannelHandlerContext ctx, Client client) {
    if (!ctx.channel().isActive()) {
      return;
    }
    ClientPipeline pipeline = new ClientPipeline(ctx.pipeline(), agent.limits());
    InetSocketAddress to = client.destination();
    InetAddress address = to.getAddress();
    if (address.isLoopbackAddress() && to.getPort() == PROXY_PORT) {
      pipeline.becomeHttp(encoder -> HttpFront.proxy(client, pipeline, encoder));
    } else if (address.isLoopbackAddress() && to.getPort() == BROKER_PORT) {
      pipeline.becomeHttp(encoder -> new BrokerFront(client, encoder));
    } else if (address.equals(agent.environment().dnsServer()) && to.getPort() == DNS_PORT) {
      DnsFront.serve(client, ctx.pipeline());
    } else {
      captured(ctx, client, pipeline, address, to.getPort());
    }
    ctx.pipeline().remove(this);
  }

  private void captured(
      ChannelHandlerContext ctx,
      Client client,
      ClientPipeline pipeline,
      InetAddress address,
      int port) {
    Optional<HostName> name = agent.names().nameOf(address);
    boolean unknown = name.isEmpty() && !FakeNames.contains(address);
    // An address that stands for no name is judged as the address that it is, and no rule has it.
    Authority target = new Authority(name.orElseGet(() -> HostName.of(address)), port);
    ctx.pipeline().addLast(new Sniffer(client, pipeline, target, unknown, null));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !accepted) {
      ctx.close();
    } else if (event instanceof ChannelInputShutdownEvent) {
      held.add(event);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void endDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    endDeadline();
    held.forEach(ReferenceCountUtil::release);
    held.clear();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
