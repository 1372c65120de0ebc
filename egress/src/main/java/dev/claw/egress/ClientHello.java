package dev.claw.egress;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The first message of a TLS client (RFC 8446, 4.1.2), as far as it says where it wants to go. */
sealed interface ClientHello {
  /** More bytes are needed. */
  record Incomplete() implements ClientHello {}

  /** It is no ClientHello, or one that is larger than any honest one. */
  record Malformed(String why) implements ClientHello {}

  /**
   * A whole ClientHello.
   *
   * @param serverName the one host name in SNI (RFC 6066, 3), as it stands; null where there is
   *     none
   * @param encrypted whether it carries an Encrypted ClientHello, which may name another host
   */
  record Complete(@Nullable String serverName, boolean encrypted) implements ClientHello {}

  /** Bytes after which no more are waited for. */
  int MOST_BYTES = 32 * 1024;

  /** Reads what a connection begins with; leaves the buffer's indices alone. */
  static ClientHello parse(ByteBuf bytes) {
    ByteBuf handshake = Unpooled.buffer(512, MOST_BYTES);
    try {
      return reassembled(bytes.slice(), handshake);
    } finally {
      handshake.release();
    }
  }

  private static ClientHello reassembled(ByteBuf in, ByteBuf handshake) {
    if (in.readableBytes() > MOST_BYTES) {
      return new Malformed("the ClientHello is longer than " + MOST_BYTES + " bytes");
    }
    while (in.readableBytes() >= 5) {
      int type = in.readUnsignedByte();
      int major = in.readUnsignedByte();
      in.skipBytes(1);
      int length = in.readUnsignedShort();
      if (type != 22 || major != 3 || length == 0 || length > 16_384) {
        return new Malformed("a TLS record that is no handshake");
      }
      int there = Math.min(length, in.readableBytes());
      handshake.writeBytes(in, there);
      if (handshake.readableBytes() >= 1 && handshake.getUnsignedByte(0) != 1) {
        return new Malformed("a TLS handshake that does not start with a ClientHello");
      }
      if (handshake.readableBytes() >= 4) {
        int size = handshake.getUnsignedMedium(1);
        if (size > MOST_BYTES - 1024) {
          return new Malformed("the ClientHello is longer than " + MOST_BYTES + " bytes");
        }
        if (handshake.readableBytes() >= 4 + size) {
          return body(handshake.slice(4, size));
        }
      }
      if (there < length) {
        break;
      }
    }
    return new Incomplete();
  }

  private static ClientHello body(ByteBuf body) {
    try {
      body.skipBytes(2 + 32);
      body.skipBytes(body.readUnsignedByte());
      body.skipBytes(body.readUnsignedShort());
      body.skipBytes(body.readUnsignedByte());
      if (!body.isReadable()) {
        return new Complete(null, false);
      }
      ByteBuf extensions = body.readSlice(body.readUnsignedShort());
      if (body.isReadable()) {
        return new Malformed("a ClientHello with something behind it");
      }
      return extensions(extensions);
    } catch (IndexOutOfBoundsException e) {
      return new Malformed("a ClientHello that ends too early");
    }
  }

  private static ClientHello extensions(ByteBuf extensions) {
    String name = null;
    boolean encrypted = false;
    while (extensions.isReadable()) {
      int type = extensions.readUnsignedShort();
      ByteBuf content = extensions.readSlice(extensions.readUnsignedShort());
      if (type == 0xfe0d || type == 0xffce) {
        encrypted = true;
      } else if (type == 0) {
        if (name != null) {
          return new Malformed("a ClientHello with two server names");
        }
        ByteBuf list = content.readSlice(content.readUnsignedShort());
        if (content.isReadable() || list.readUnsignedByte() != 0) {
          return new Malformed("a ClientHello with an unknown kind of server name");
        }
        name = list.readSlice(list.readUnsignedShort()).toString(StandardCharsets.ISO_8859_1);
        if (list.isReadable()) {
          return new Malformed("a ClientHello with two server names");
        }
      }
    }
    return new Complete(name, encrypted);
  }
}
