package dev.claw.egress;

import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * TLS with programs inside, in the name of hosts whose rules look into requests. Certificates are
 * made off the event loops and kept for the hosts that were asked for last.
 */
final class InspectionTls {
  private static final int MOST_HOSTS = 256;

  private final AgentAuthority authority;

  @SuppressWarnings("serial")
  private final Map<String, CompletableFuture<SslContext>> contexts =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CompletableFuture<SslContext>> e) {
          return size() > MOST_HOSTS;
        }
      };

  InspectionTls(AgentAuthority authority) {
    this.authority = authority;
  }

  /** Calls back on the client's event loop, or ends the client where there is no certificate. */
  void handler(Client client, HostName host, Consumer<ChannelHandler> then) {
    context(client, host)
        .whenComplete(
            (context, failure) ->
                client
                    .channel()
                    .eventLoop()
                    .execute(
                        () -> {
                          if (failure != null) {
                            client.end("no certificate could be made for " + host);
                          } else {
                            SslHandler handler = context.newHandler(client.channel().alloc());
                            handler.setHandshakeTimeoutMillis(
                                client.agent().limits().head().toMillis());
                            then.accept(handler);
                          }
                        }));
  }

  private synchronized CompletableFuture<SslContext> context(Client client, HostName host) {
    // A week is well within a certificate's life.
    long week = client.agent().now().getEpochSecond() / (7 * 86_400);
    String key = host.text() + "/" + week;
    CompletableFuture<SslContext> known = contexts.get(key);
    if (known == null || known.isCompletedExceptionally()) {
      known =
          CompletableFuture.supplyAsync(
              () -> make(client, host), client.agent().environment().blocking());
      contexts.put(key, known);
    }
    return known;
  }

  private SslContext make(Client client, HostName host) {
    AgentAuthority.Leaf leaf = authority.leaf(host, client.agent().environment().clock().instant());
    try {
      return SslContextBuilder.forServer(leaf.key(), leaf.certificate(), authority.certificate())
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  "http/1.1"))
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("this JDK can't serve TLS", e);
    }
  }
}
