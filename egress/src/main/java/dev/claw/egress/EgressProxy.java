package dev.claw.egress;

import dev.claw.model.AgentName;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Carries what agents send out, as far as their rules admit it. One Unix socket an agent: who
 * connects to it is that agent. Each connection begins with a PROXY header (version 2) that says
 * where it wanted to go: 127.0.0.1:3128 is the explicit proxy, 127.0.0.1:3129 the model broker,
 * port 53 of the DNS server names; everything else was captured.
 */
public final class EgressProxy implements AutoCloseable {
  private final AgentContext.Shared shared;
  private final Set<EventLoopGroup> loops = ConcurrentHashMap.newKeySet();

  /**
   * Starts nothing yet.
   *
   * @throws EgressException if this JDK has no TLS
   */
  public EgressProxy(EgressEnvironment environment, EgressLimits limits) throws EgressException {
    try {
      shared =
          new AgentContext.Shared(
              environment,
              limits,
              new SteadyClock(environment.clock(), System::nanoTime),
              new UpstreamTls(environment.trust()),
              new HeldBytes(limits.heldBodyBytes()),
              new AtomicLong());
    } catch (SSLException e) {
      throw new EgressException("egress: this JDK has no TLS for clients: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the one way out of an agent; a socket that a process before left behind is replaced. All
   * traffic of the agent is carried by one thread, so that the kernel shares the processors out
   * among agents, however many connections one has.
   *
   * @param socket in a folder that only the operator can enter
   * @param used what the agent has used of its daily budgets before
   * @param authority in whose name TLS is looked into; null where no rule wants that
   * @throws EgressException if the socket can't be made
   */
  public AgentEgress open(
      AgentName agent,
      Path socket,
      AgentRules rules,
      EgressUsage used,
      @Nullable AgentAuthority authority)
      throws EgressException {
    AgentContext context =
        new AgentContext(
            agent, shared, rules, used, authority == null ? null : new InspectionTls(authority));
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("egress-" + agent, true), NioIoHandler.newFactory());
    loops.add(loop);
    Channel listener;
    try {
      Files.deleteIfExists(socket);
      ChannelFuture bound = bootstrap(context, loop).bind(UnixDomainSocketAddress.of(socket));
      bound.awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
      }
      listener = bound.channel();
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      end(loop);
      throw new EgressException(
          "egress of " + agent + ": the socket " + socket + " can't be made: " + e.getMessage(), e);
    }
    return new AgentEgress(context, listener, socket, loop.next(), () -> end(loop));
  }

  private Future<?> end(EventLoopGroup loop) {
    return loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).addListener(ended -> loops.remove(loop));
  }

  private static ServerBootstrap bootstrap(AgentContext context, EventLoopGroup loop) {
    AtomicInteger open = new AtomicInteger();
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerDomainSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 1024)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                if (open.incrementAndGet() > context.limits().connections()) {
                  open.decrementAndGet();
                  channel.close();
                  return;
                }
                channel.closeFuture().addListener(closed -> open.decrementAndGet());
                EndOfInput.halfCloses(channel);
                channel
                    .pipeline()
                    .addLast(new HAProxyMessageDecoder())
                    .addLast(new DoorHandler(context));
              }
            });
  }

  /** Closes all that is open, of all agents. */
  @Override
  public void close() {
    List.copyOf(loops).stream().map(this::end).toList().forEach(Future::awaitUninterruptibly);
  }
}
