package dev.claw.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.ByteSize;
import dev.claw.model.Digest;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The {@code --json} form of what a command also prints for people: records become objects with
 * their components' names, enum constants words in lower case; what is absent is left out, so that
 * a shape only ever grows. Written over Jackson's generator, since its data binding costs more
 * start-up than the whole command.
 */
final class RecordJson {
  private RecordJson() {}

  /** Prints a value as indented JSON and ends the line. */
  static void print(PrintStream out, Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
      DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
      printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
      generator.setPrettyPrinter(printer);
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    out.println(text);
  }

  /**
   * Prints a value as JSON in one line. Whatever is not ASCII is escaped, since such lines hold
   * texts of an agent's and are often looked at as they come.
   */
  static void line(PrintStream out, Object value) {
    StringWriter text = new StringWriter();
    JsonFactory factory = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    try (JsonGenerator generator = factory.createGenerator(text)) {
      write(generator, value);
    } catch (IOException e) {
      throw new UncheckedIOException("a StringWriter does not fail", e);
    }
    out.println(text);
  }

  private static void write(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case Boolean flag -> out.writeBoolean(flag);
      case Integer number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case ByteSize size -> out.writeNumber(size.bytes());
      case Enum<?> constant ->
          out.writeString(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'));
      case AgentName name -> out.writeString(name.value());
      case AgentId id -> out.writeString(id.value());
      case Digest digest -> out.writeString(digest.value());
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          field(out, String.valueOf(entry.getKey()), entry.getValue());
        }
        out.writeEndObject();
      }
      case Iterable<?> items when !(value instanceof java.nio.file.Path) -> {
        out.writeStartArray();
        for (Object item : items) {
          write(out, item);
        }
        out.writeEndArray();
      }
      case Record record -> {
        out.writeStartObject();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
          field(out, component.getName(), read(component, record));
        }
        out.writeEndObject();
      }
      default -> out.writeString(value.toString());
    }
  }

  private static void field(JsonGenerator out, String name, @Nullable Object value)
      throws IOException {
    Object present = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    if (present != null) {
      out.writeFieldName(name);
      write(out, present);
    }
  }

  private static @Nullable Object read(RecordComponent component, Record record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " can't be read", e);
    }
  }
}
