package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/** One call of a model, as it comes in and until it is answered. */
final class RunningCall {
  final HttpRequest request;
  final CallMeter meter;
  private final CompositeByteBuf body;
  private final int mostBytes;
  private final ModelName name = new ModelName();
  private @Nullable ModelCall call;
  private @Nullable Denied denied;
  private String model = "";

  /** It has gone to the provider. */
  boolean sent;

  /** The head of the provider's answer has gone to the agent. */
  boolean answered;

  /** Nothing that was begun for it may go on. */
  boolean over;

  RunningCall(HttpRequest request, Client client, CompositeByteBuf body) {
    this.request = request;
    this.meter = new CallMeter(client);
    this.body = body;
    this.mostBytes = client.agent().limits().modelRequestBytes();
  }

  /** Reads the head; whether it is a call that the policy may name. */
  boolean readHead(ModelPolicy policy) {
    try {
      call = ModelCall.parse(request, policy);
      return true;
    } catch (InvalidValueException e) {
      denied = new Denied(Reason.MODEL, e.getMessage());
      return false;
    }
  }

  /** Takes a part of the body, as long as nothing speaks against the call. */
  void take(ByteBuf bytes) {
    if (denied != null) {
      return;
    }
    if (body.readableBytes() + bytes.readableBytes() > mostBytes) {
      denied = new Denied(Reason.LIMIT, "the call is longer than " + mostBytes + " bytes");
      return;
    }
    try {
      byte[] read = ByteBufUtil.getBytes(bytes);
      name.feed(read);
      meter.asked(read);
      body.addComponent(true, bytes.retain());
    } catch (InvalidValueException e) {
      denied = new Denied(Reason.MODEL, e.getMessage());
    }
  }

  /** What the policy says now that all is there; null where it names the model. */
  @Nullable Denied judge() {
    ModelCall named = call;
    if (denied != null || named == null) {
      return denied == null ? new Denied(Reason.MODEL, "no call of a model") : denied;
    }
    try {
      String inBody = name.end();
      model = named.modelInPath().isEmpty() ? inBody : named.modelInPath();
    } catch (InvalidValueException e) {
      return new Denied(Reason.MODEL, e.getMessage());
    }
    return named.hasModel(model)
        ? null
        : new Denied(
            Reason.MODEL,
            "the policy names no model "
                + Quoted.of(model)
                + " of the provider "
                + named.provider().id());
  }

  /** What its head asked for; null where that was no call. */
  @Nullable ModelCall call() {
    return call;
  }

  String model() {
    return model;
  }

  boolean keepAlive() {
    return HttpUtil.isKeepAlive(request);
  }

  ByteBuf body() {
    return body;
  }

  /** The call is over, well or not. */
  void end() {
    over = true;
    ModelCall ended = call;
    long bytesOut = body.writerIndex();
    body.release();
    if (sent && ended != null) {
      meter.end(ended, model, bytesOut);
    }
  }
}
