package dev.claw.egress;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.claw.model.InvalidValueException;
import java.io.IOException;

/**
 * The {@code model} of a call's JSON body, read as it comes. All of the body is read: a second
 * {@code model} may be the one that a provider takes.
 */
final class ModelName {
  private static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
          .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(200)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private int depth;
  private boolean ended;
  private boolean next;
  private String model = "";

  ModelName() {
    try {
      parser = JSON.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new IllegalStateException("a parser that has no input can't fail", e);
    }
    feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
  }

  /**
   * Reads the next bytes of the body.
   *
   * @throws InvalidValueException if the body is no JSON object, or names two models
   */
  void feed(byte[] bytes) throws InvalidValueException {
    try {
      if (bytes.length > 0) {
        feeder.feedInput(bytes, 0, bytes.length);
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
      if (next && token != JsonToken.VALUE_STRING) {
        throw new InvalidValueException("expected the model's name as text");
      }
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        ended = --depth == 0;
      } else if (next) {
        next = false;
        model = parser.getText();
      } else if (depth == 1
          && token == JsonToken.FIELD_NAME
          && "model".equals(parser.currentName())) {
        if (!model.isEmpty()) {
          throw new InvalidValueException("expected one model in the body, found two");
        }
        next = true;
      }
    }
  }
}
