package dev.claw.egress;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** ClientHello messages as bytes. */
final class Hello {
  private Hello() {}

  static byte[] record(@Nullable String name, boolean encrypted) {
    return record(handshake(name, encrypted));
  }

  static byte[] record(byte[] handshake) {
    return bytes(
        out -> {
          out.writeByte(22);
          out.writeShort(0x0301);
          out.writeShort(handshake.length);
          out.write(handshake);
        });
  }

  static byte[] handshake(@Nullable String name, boolean encrypted) {
    byte[] extensions =
        bytes(
            out -> {
              if (name != null) {
                byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
                out.writeShort(0);
                out.writeShort(text.length + 5);
                out.writeShort(text.length + 3);
                out.writeByte(0);
                out.writeShort(text.length);
                out.write(text);
              }
              if (encrypted) {
                out.writeShort(0xfe0d);
                out.writeShort(1);
                out.writeByte(0);
              }
            });
    byte[] body =
        bytes(
            out -> {
              out.writeShort(0x0303);
              out.write(new byte[32]);
              out.writeByte(0);
              out.writeShort(2);
              out.writeShort(0x1301);
              out.writeByte(1);
              out.writeByte(0);
              out.writeShort(extensions.length);
              out.write(extensions);
            });
    return bytes(
        out -> {
          out.writeByte(1);
          out.writeByte(0);
          out.writeShort(body.length);
          out.write(body);
        });
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      writing.to(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
