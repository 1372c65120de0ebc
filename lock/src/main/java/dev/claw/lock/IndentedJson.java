package dev.claw.lock;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/**
 * JSON for people to read: two spaces a level, keys in the order of the tree, a line feed at the
 * end. The same tree always gives the same text.
 */
public final class IndentedJson {
  private IndentedJson() {}

  /**
   * Writes the tree.
   *
   * @throws IllegalArgumentException if a text has a lone surrogate and so no UTF-8 form
   */
  public static String text(JsonNode node) {
    StringBuilder out = new StringBuilder(1024);
    append(out, node, "\n");
    return out.append('\n').toString();
  }

  private static void append(StringBuilder out, JsonNode node, String lineStart) {
    String deeper = lineStart + "  ";
    if (node.isObject() && !node.isEmpty()) {
      Iterator<Map.Entry<String, JsonNode>> fields = node.properties().iterator();
      for (char before = '{'; fields.hasNext(); before = ',') {
        Map.Entry<String, JsonNode> field = fields.next();
        out.append(before).append(deeper);
        appendText(out, field.getKey());
        out.append(": ");
        append(out, field.getValue(), deeper);
      }
      out.append(lineStart).append('}');
    } else if (node.isArray() && !node.isEmpty()) {
      char before = '[';
      for (JsonNode element : node) {
        out.append(before).append(deeper);
        append(out, element, deeper);
        before = ',';
      }
      out.append(lineStart).append(']');
    } else if (node.isTextual()) {
      appendText(out, node.textValue());
    } else {
      out.append(node.isObject() ? "{}" : node.isArray() ? "[]" : node.asText());
    }
  }

  private static void appendText(StringBuilder out, String text) {
    if (!JsonText.isWellFormed(text)) {
      throw new IllegalArgumentException("lone surrogate");
    }
    JsonText.appendQuoted(out, text);
  }
}
