package dev.claw.egress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The models that a call's JSON body names, read as it comes. All of the body is read: a second
 * {@code model} may be the one that a provider takes. Keys are compared as the most generous
 * providers do, without case.
 */
final class ModelName {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(200).build())
          .build();

  private static final String MODEL = "model";

  /** By which gateways take another model than {@code model} says, at once or when it fails. */
  private static final Set<String> ROUTES =
      Set.of(
          "models",
          "fallbacks",
          "context_window_fallbacks",
          "content_policy_fallbacks",
          "model_list",
          "route",
          "preset");

  /** What was said: a tool's arguments in it may well name a model. */
  private static final Set<String> CONVERSATION =
      Set.of(
          "messages",
          "input",
          "contents",
          "system",
          "systemInstruction",
          "system_instruction",
          "instructions",
          "prompt");

  /** Values that JSON Schema and tools show by way of example. */
  private static final Set<String> SAMPLES =
      Set.of("default", "const", "enum", "example", "examples", "input_examples");

  private final Predicate<String> named;
  private final LongTexts texts = new LongTexts();
  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private int depth;

  /** Depth of the value that is not looked into; 0 where there is none. */
  private int passedOver;

  private boolean ended;
  private String key = "";
  private String model = "";

  /**
   * @param named whether the policy names a model
   */
  ModelName(Predicate<String> named) {
    this.named = named;
    try {
      parser = JSON.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new IllegalStateException("a parser that has no input can't fail", e);
    }
    feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
  }

  /**
   * Reads the next bytes of the body, and writes over them.
   *
   * @throws InvalidValueException if the body is no JSON object, names two models, one that the
   *     policy does not, or a way to another
   */
  void feed(byte[] bytes) throws InvalidValueException {
    int left = texts.cut(bytes);
    try {
      if (left > 0) {
        feeder.feedInput(bytes, 0, left);
      }
      read();
    } catch (IOException e) {
      throw new InvalidValueException("expected a JSON object as the body, found something else");
    }
  }

  /**
   * The model, when all is read; empty text where there is none.
   *
   * @throws InvalidValueException if the body ends too early
   */
  String end() throws InvalidValueException {
    feeder.endOfInput();
    feed(new byte[0]);
    if (!ended) {
      throw new InvalidValueException("expected a JSON object as the body, found the end of it");
    }
    return model;
  }

  private void read() throws IOException, InvalidValueException {
    for (JsonToken token = parser.nextToken();
        token != null && token != JsonToken.NOT_AVAILABLE;
        token = parser.nextToken()) {
      if (ended || (depth == 0 && token != JsonToken.START_OBJECT)) {
        throw new InvalidValueException("expected one JSON object as the body, found more");
      }
      if (token == JsonToken.FIELD_NAME) {
        key(parser.currentName());
      } else {
        if (key.equals(MODEL) && passedOver == 0) {
          model(token);
        }
        value(token);
      }
    }
  }

  private void key(String name) throws InvalidValueException {
    // Also the signs for Kelvin and long s, which fold to k and s.
    boolean isModel = name.equalsIgnoreCase(MODEL);
    if (depth == 1 && isModel && !name.equals(MODEL)) {
      throw new InvalidValueException("expected the key 'model', found " + Quoted.of(name));
    }
    if (depth == 1 && isModel && !model.isEmpty()) {
      throw new InvalidValueException("expected one model in the body, found two");
    }
    if (depth == 1 && ROUTES.stream().anyMatch(name::equalsIgnoreCase)) {
      throw new InvalidValueException(
          "expected one model and no way to another, found the key " + Quoted.of(name));
    }
    key = isModel ? MODEL : name;
  }

  private void model(JsonToken token) throws IOException, InvalidValueException {
    if (token == JsonToken.VALUE_STRING) {
      String text = parser.getText();
      if (!named.test(text)) {
        throw new InvalidValueException(
            "the policy names no model " + Quoted.of(text) + " of this provider");
      }
      model = depth == 1 ? text : model;
    } else if (depth == 1) {
      throw new InvalidValueException("expected the model's name as text");
    }
  }

  private void value(JsonToken token) {
    if (token.isStructStart()) {
      depth++;
      boolean said = depth == 2 && CONVERSATION.contains(key);
      if (passedOver == 0 && (said || SAMPLES.contains(key))) {
        passedOver = depth;
      }
    } else if (token.isStructEnd()) {
      passedOver = depth == passedOver ? 0 : passedOver;
      ended = --depth == 0;
    }
    key = "";
  }
}
