package dev.claw.access;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * A QR code as a picture: PNG (ISO/IEC 15948), one bit a pixel. The JDK's own encoder would bring
 * the whole of AWT into the runtime.
 */
public final class QrPicture {
  private static final int SCALE = 8;
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private QrPicture() {}

  /** The file's bytes. */
  public static byte[] png(QrCode code) {
    int side = code.size() * SCALE;
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(SIGNATURE);
    // Width, height, bits, greyscale, deflate, the five filters, no interlace.
    chunk(
        png,
        "IHDR",
        ByteBuffer.allocate(13).putInt(side).putInt(side).put(new byte[] {1, 0, 0, 0, 0}).array());
    chunk(png, "IDAT", deflated(rows(code, side)));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  /** Each row a byte that names its filter, none, and then its bits, 1 for white. */
  private static byte[] rows(QrCode code, int side) {
    int width = 1 + (side + 7) / 8;
    byte[] rows = new byte[width * side];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        if (!code.isDark(x / SCALE, y / SCALE)) {
          rows[y * width + 1 + x / 8] |= (byte) (0x80 >> x % 8);
        }
      }
    }
    return rows;
  }

  private static byte[] deflated(byte[] bytes) {
    try (Deflater deflater = new Deflater()) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] part = new byte[4096];
      while (!deflater.finished()) {
        out.write(part, 0, deflater.deflate(part));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
    chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, 4 + data.length);
    chunk.putInt((int) crc.getValue());
    png.writeBytes(chunk.array());
  }
}
