package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.sun.management.ThreadMXBean;
import dev.claw.model.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNameTest {
  private static String read(byte[] body, int piece) throws InvalidValueException {
    ModelName name = new ModelName("m1"::equals);
    for (int i = 0; i < body.length; i += piece) {
      name.feed(Arrays.copyOfRange(body, i, Math.min(body.length, i + piece)));
    }
    return name.end();
  }

  private static String read(String body) throws InvalidValueException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String whole = read(bytes, bytes.length);
    assertThat(read(bytes, 1)).isEqualTo(whole);
    return whole;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'model':'m1','Model':'m2'}",
        "{'MODEL':'m2','model':'m1'}",
        "{'Model':'m1'}",
        "{'model':'m1','mod\\u0045l':'m2'}",
        "{'model':'m1','models':['m2']}",
        "{'model':'m1','Models':['m2']}",
        "{'model':'m1','model\u017f':['m2']}",
        "{'model':'m1','fallbacks':['m2']}",
        "{'model':'m1','fallbac\u212as':['m2']}",
        "{'model':'m1','route':'fallback'}",
        "{'model':'m1','preset':'mine'}",
        "{'model':'m1','tools':[{'type':'image_generation','model':'m2'}]}",
        "{'model':'m1','tools':[{'type':'advisor','Model':'m2'}]}",
        "{'model':'m1','tools':[{'parameters':{'model':'m2'}}]}",
        "{'model':'m1','extra_body':{'model':'m2'}}",
        "{'model':'m1','Messages':[{'model':'m2'}]}",
        "{'model':'m1','x':{'messages':[{'model':'m2'}]}}",
        "{'model':'m1','messages':[{'x':[]}],'x':{'model':'m2'}}",
      })
  void anotherModelIsRefusedInWhateverDisguise(String body) {
    assertThatThrownBy(() -> read(body.replace('\'', '"')))
        .isInstanceOf(InvalidValueException.class)
        .message()
        .containsAnyOf("model", "key");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A tool with a parameter of that name, and with samples of its values.
        "{'model':'m1','tools':[{'type':'function','function':{'name':'spawn','parameters':{"
            + "'type':'object','properties':{'model':{'type':'string','default':'m2'},"
            + "'how':{'type':'object','examples':[{'model':'m2'}]}},'required':['model']}}}]}",
        "{'model':'m1','tools':[{'name':'spawn','input_schema':{'properties':{'model':{}}},"
            + "'input_examples':[{'model':'m2'}]}]}",
        // What was said, by the apis that OpenClaw speaks.
        "{'model':'m1','stream':true,'messages':[{'role':'assistant','tool_calls':[{"
            + "'function':{'name':'spawn','arguments':'{\\'model\\':\\'m2\\'}'}}]}]}",
        "{'messages':[{'role':'assistant','content':[{'type':'tool_use','name':'spawn',"
            + "'input':{'model':'m2','models':['m2']}}]}],'model':'m1'}",
        "{'model':'m1','messages':[{'tool_calls':[{'function':{'arguments':{'model':'m2'}}}]}]}",
        "{'model':'m1','input':[{'type':'function_call','arguments':'{}','model':'m2'}]}",
        "{'model':'m1','contents':[{'parts':[{'functionCall':{'args':{'model':'m2'}}}]}]}",
        "{'model':'m1','input':'the model','x':{'model':'m1'},'metadata':{'models':'all'}}",
      })
  void callsOfUsualClientsPass(String body) throws Exception {
    assertThat(read(body.replace('\'', '"'))).isEqualTo("m1");
  }

  @Test
  void longTextIsPassedOverAndWhatFollowsIsRead() throws Exception {
    for (String unit :
        new String[] {"a", "\u00e9", "\u20ac", "\ud83d\ude00", "\\\\", "\\\"", "\\u00e9"}) {
      String text = unit.repeat(3000);
      String body = "{\"x\":\"" + text + "\",\"" + text + "\":[\"" + text + "\"],\"model\":\"m1\"}";
      assertThat(read(body)).isEqualTo("m1");
      String two = body.replace("}", ",\"model\":\"m2\"}");
      assertThatThrownBy(() -> read(two)).hasMessageContaining("two");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "\\x",
        "\\u00g0",
        "\u00c0\u0080",
        "\u00e2\"",
        "\u00ff",
        "\u00ed\u00a0\u0080"
      })
  void longTextIsReadAsStrictlyAsAShortOne(String fault) {
    for (int length : new int[] {0, 5000}) {
      String body = "{\"model\":\"m1\",\"x\":\"" + "a".repeat(length) + fault + "\"}";
      assertThatThrownBy(() -> read(body.getBytes(StandardCharsets.ISO_8859_1), 4096))
          .isInstanceOf(InvalidValueException.class);
    }
  }

  @Test
  void whatIsTakenBehindTheCutAWholeParserTakesToo() throws Exception {
    byte[] units =
        "\"\\u0aF9/n,:{}[] \n\u0080\u00a0\u00bf\u00c3\u00e0\u00e2\u00ed\u00f0\u00f4"
            .getBytes(StandardCharsets.ISO_8859_1);
    JsonFactory json = new JsonFactory();
    Random random = new Random(7);
    int taken = 0;
    for (int i = 0; i < 50_000; i++) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      body.writeBytes(
          ("{\"model\":\"m1\",\"x\":\"" + "a".repeat(LongTexts.KEPT))
              .getBytes(StandardCharsets.UTF_8));
      for (int n = random.nextInt(6); n >= 0; n--) {
        body.write(units[random.nextInt(units.length)]);
      }
      body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
      try {
        read(body.toByteArray(), 4096);
      } catch (InvalidValueException e) {
        continue;
      }
      taken++;
      try (JsonParser parser = json.createParser(body.toByteArray())) {
        while (parser.nextToken() != null) {
          parser.getText();
        }
      }
    }
    assertThat(taken).isGreaterThan(1000);
  }

  @Test
  void nameThatOnlyBeginsLikeAModelIsAnother() {
    String id = "m".repeat(LongTexts.KEPT);
    for (String found : new String[] {id + "x", id + "xx", id + "\u007f!"}) {
      ModelName name = new ModelName(id::equals);
      byte[] body = ("{\"model\":\"" + found + "\"}").getBytes(StandardCharsets.UTF_8);
      assertThatThrownBy(() -> name.feed(body)).isInstanceOf(InvalidValueException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"model\":\"m1\",\"x\":\"", "{\"", "{\"x\":{\"model\":\"m1"})
  void textWithoutEndTakesNoMemory(String begin) throws Exception {
    ModelName name = new ModelName(model -> true);
    name.feed(begin.getBytes(StandardCharsets.UTF_8));
    byte[] piece = new byte[64 * 1024];
    ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = memory.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 512; i++) {
      Arrays.fill(piece, (byte) 'a');
      name.feed(piece);
    }
    assertThat(memory.getCurrentThreadAllocatedBytes() - before).isLessThan(1024 * 1024);
  }

  @Test
  void numberWithoutEndIsRefused() throws Exception {
    ModelName name = new ModelName("m1"::equals);
    name.feed("{\"model\":\"m1\",\"x\":1".getBytes(StandardCharsets.UTF_8));
    byte[] digits = "1".repeat(64 * 1024).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> name.feed(digits)).isInstanceOf(InvalidValueException.class);
  }
}
