package dev.claw.egress;

import dev.claw.egress.Decision.Denied;
import dev.claw.egress.Decision.Reason;
import dev.claw.model.InvalidValueException;
import dev.claw.model.ModelPolicy;
import dev.claw.model.Quoted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import org.jspecify.annotations.Nullable;

/** One call of a model, as it comes in and until it is answered. */
final class RunningCall {
  final HttpRequest request;
  final CallMeter meter;
  private final Client client;
  private final HeldBody body;
  private boolean permitted;
  private @Nullable ModelName name;
  private @Nullable ModelCall call;
  private @Nullable Denied denied;
  private String model = "";

  /** It has gone to the provider. */
  private boolean sent;

  /** The head of the provider's answer has gone to the agent. */
  boolean answered;

  /** Nothing that was begun for it may go on. */
  boolean over;

  RunningCall(HttpRequest request, Client client, ByteBufAllocator alloc) {
    this.request = request;
    this.client = client;
    this.meter = new CallMeter(client);
    this.body = new HeldBody(client.agent().bodies(), alloc);
  }

  /** Reads the head; whether it is a call that the policy may name. */
  boolean readHead(ModelPolicy policy) {
    try {
      ModelCall read = ModelCall.parse(request, policy);
      call = read;
      name = new ModelName(read::hasModel);
      return true;
    } catch (InvalidValueException e) {
      denied = new Denied(Reason.MODEL, e.getMessage());
      return false;
    }
  }

  /** Takes a part of the body, as long as nothing speaks against the call. */
  void take(ByteBuf bytes) {
    if (denied == null && name != null) {
      denied = read(name, bytes);
      if (denied != null) {
        body.release();
      }
    }
  }

  private @Nullable Denied read(ModelName reader, ByteBuf bytes) {
    int mostBytes = client.agent().limits().modelRequestBytes();
    if (body.size() + bytes.readableBytes() > mostBytes) {
      return new Denied(Reason.LIMIT, "the call is longer than " + mostBytes + " bytes");
    }
    try {
      reader.feed(ByteBufUtil.getBytes(bytes));
    } catch (InvalidValueException e) {
      return new Denied(Reason.MODEL, e.getMessage());
    }
    return body.add(bytes)
        ? null
        : new Denied(
            Reason.LIMIT, "the model calls under way hold as many bytes as they may; try again");
  }

  /** What the policy says now that all is there; null where it names the model. */
  @Nullable Denied judge() {
    ModelCall named = call;
    ModelName reader = name;
    if (denied != null || named == null || reader == null) {
      return denied == null ? new Denied(Reason.MODEL, "no call of a model") : denied;
    }
    try {
      String inBody = reader.end();
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

  /** Begins it among the calls under way; null where it may. */
  @Nullable Denied begin() {
    permitted = client.agent().modelCalls().tryAcquire();
    return permitted
        ? null
        : new Denied(Reason.LIMIT, "as many model calls as may be are under way; try again");
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

  /** The whole body on its way out, once; the caller releases it. */
  ByteBuf send() {
    sent = true;
    ByteBuf whole = body.whole();
    meter.asked(whole);
    return whole;
  }

  /** The call is over, well or not. */
  void end() {
    over = true;
    if (permitted) {
      client.agent().modelCalls().release();
    }
    ModelCall ended = call;
    body.release();
    if (sent && ended != null) {
      meter.end(ended, model, body.size());
    }
  }
}
