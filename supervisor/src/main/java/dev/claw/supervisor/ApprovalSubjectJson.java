package dev.claw.supervisor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.claw.lock.CanonicalJson;
import dev.claw.lock.JsonException;
import dev.claw.lock.JsonFields;
import dev.claw.lock.StrictJson;
import dev.claw.supervisor.Approval.Egress;
import dev.claw.supervisor.Approval.Exec;
import dev.claw.supervisor.Approval.Subject;
import java.nio.charset.StandardCharsets;

/** What an approval asks for, as it stands in {@code claw.db}. */
final class ApprovalSubjectJson {
  /** Most bytes of it. */
  static final int LONGEST = 64 * 1024;

  private ApprovalSubjectJson() {}

  static String write(Subject subject) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    switch (subject) {
      case Exec exec -> {
        node.put("command", exec.command()).put("cwd", exec.cwd());
        exec.environment().forEach(node.putArray("environment")::add);
      }
      case Egress egress -> node.put("host", egress.host()).put("port", egress.port());
    }
    try {
      return CanonicalJson.text(node);
    } catch (JsonException e) {
      throw new IllegalArgumentException(e); // its texts were made visible, so they are Unicode
    }
  }

  static Subject read(String kind, String text) throws JsonException {
    var tree = StrictJson.parse(text.getBytes(StandardCharsets.UTF_8), LONGEST);
    if (kind.equals("exec")) {
      JsonFields fields = JsonFields.of(tree, "", "command", "cwd", "environment");
      return new Exec(fields.text("command"), fields.text("cwd"), fields.texts("environment"));
    }
    JsonFields fields = JsonFields.of(tree, "", "host", "port");
    return new Egress(fields.text("host"), (int) fields.integer("port", 1, 65_535));
  }
}
