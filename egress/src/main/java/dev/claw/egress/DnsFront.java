package dev.claw.egress;

import dev.claw.model.InvalidValueException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Answers names over TCP (RFC 7766): a name that some rule admits has an address that stands for
 * it, every other name does not exist. Nothing is ever asked outside for an answer.
 */
final class DnsFront extends SimpleChannelInboundHandler<DnsQuery> {
  private static final int MOST_BYTES = 4096;

  /** Seconds; a name keeps its address, but a grant that gives it the name may end. */
  private static final long LIFETIME = 30;

  private final Client client;
  private final NameDenials denials;

  private DnsFront(Client client) {
    this.client = client;
    this.denials = client.agent().nameDenials();
  }

  static void serve(Client client, ChannelPipeline pipeline) {
    pipeline
        .addLast(new TcpDnsQueryDecoder(DnsRecordDecoder.DEFAULT, MOST_BYTES))
        .addLast(new TcpDnsResponseEncoder())
        .addLast(new DnsFront(client));
    pipeline.channel().config().setAutoRead(true);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
    DnsResponse answer = new DefaultDnsResponse(query.id(), query.opCode());
    answer.setRecursionDesired(query.isRecursionDesired()).setRecursionAvailable(true);
    if (!query.opCode().equals(DnsOpCode.QUERY) || query.count(DnsSection.QUESTION) != 1) {
      ctx.writeAndFlush(answer.setCode(DnsResponseCode.FORMERR));
      return;
    }
    DnsQuestion question = query.recordAt(DnsSection.QUESTION);
    answer.addRecord(DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
    Optional<HostName> name = name(question);
    AgentContext agent = client.agent();
    if (name.isEmpty() || !agent.rules().admitsName(name.get(), agent.now())) {
      answer.setCode(DnsResponseCode.NXDOMAIN);
      denials
          .deny(client, question.name())
          .whenComplete(
              (recorded, failure) ->
                  ctx.writeAndFlush(
                      failure == null ? answer : answer.setCode(DnsResponseCode.SERVFAIL)));
      return;
    }
    if (question.type().equals(DnsRecordType.A)) {
      Optional<InetAddress> address = agent.names().addressOf(name.get());
      if (address.isEmpty()) {
        answer.setCode(DnsResponseCode.SERVFAIL);
      } else {
        answer.addRecord(
            DnsSection.ANSWER,
            new DefaultDnsRawRecord(
                question.name(),
                DnsRecordType.A,
                LIFETIME,
                Unpooled.wrappedBuffer(address.get().getAddress())));
      }
    }
    ctx.writeAndFlush(answer);
  }

  private static Optional<HostName> name(DnsQuestion question) {
    try {
      HostName name = HostName.parse(question.name());
      return name.isName() && question.dnsClass() == 1 ? Optional.of(name) : Optional.empty();
    } catch (InvalidValueException e) {
      return Optional.empty();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    client.end("no DNS over TCP: " + cause.getClass().getSimpleName());
  }
}
