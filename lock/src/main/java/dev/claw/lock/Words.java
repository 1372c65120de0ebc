package dev.claw.lock;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Words and lists of words as the formats write them. */
final class Words {
  private Words() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static void put(ObjectNode object, String key, List<String> words) {
    ArrayNode array = object.putArray(key);
    words.forEach(array::add);
  }
}
