package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
  private static ClientHello parse(byte[] bytes) {
    return ClientHello.parse(Unpooled.wrappedBuffer(bytes));
  }

  @Test
  void eachPrefixIsIncompleteAndTheWholeHasTheName() {
    byte[] whole = Hello.record("good.org", false);
    for (int i = 0; i < whole.length; i++) {
      assertThat(parse(Arrays.copyOf(whole, i))).isInstanceOf(ClientHello.Incomplete.class);
    }
    assertThat(parse(whole)).isEqualTo(new ClientHello.Complete("good.org", false));
  }

  @Test
  void nameMayBeSplitOverRecordsOfOneByte() {
    byte[] handshake = Hello.handshake("good.org", true);
    ByteArrayOutputStream split = new ByteArrayOutputStream();
    for (byte b : handshake) {
      split.writeBytes(Hello.record(new byte[] {b}));
    }
    assertThat(parse(split.toByteArray())).isEqualTo(new ClientHello.Complete("good.org", true));
  }

  @Test
  void helloWithoutANameHasNone() {
    assertThat(parse(Hello.record(null, false))).isEqualTo(new ClientHello.Complete(null, false));
  }

  @Test
  void lengthsThatLieAreMalformed() {
    byte[] whole = Hello.record("good.org", false);
    for (int at = 5 + 4 + 34; at < 5 + 4 + 34 + 12; at++) {
      byte[] changed = whole.clone();
      changed[at] = (byte) 0xff;
      assertThat(parse(changed)).isNotEqualTo(new ClientHello.Incomplete());
    }
    byte[] other = whole.clone();
    other[5] = 2;
    assertThat(parse(other)).isInstanceOf(ClientHello.Malformed.class);
    byte[] huge = whole.clone();
    huge[6] = 1;
    assertThat(parse(huge)).isInstanceOf(ClientHello.Malformed.class);
  }
}
