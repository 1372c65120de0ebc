package dev.claw.access;

import com.google.zxing.WriterException;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;

/** A QR code (ISO/IEC 18004) with the quiet zone of four modules that scanners rely on. */
public final class QrCode {
  private static final int QUIET = 4;

  private final ByteMatrix matrix;

  private QrCode(ByteMatrix matrix) {
    this.matrix = matrix;
  }

  /**
   * The code of a text.
   *
   * @throws IllegalArgumentException where the text is too long for any code, as no link is
   */
  public static QrCode of(String text) {
    try {
      return new QrCode(Encoder.encode(text, ErrorCorrectionLevel.M).getMatrix());
    } catch (WriterException e) {
      throw new IllegalArgumentException("no QR code holds so much", e);
    }
  }

  /** Modules along each side, with the quiet zone. */
  public int size() {
    return matrix.getWidth() + 2 * QUIET;
  }

  /** Whether the module is dark; all are light outside. */
  boolean isDark(int x, int y) {
    int column = x - QUIET;
    int row = y - QUIET;
    return column >= 0
        && row >= 0
        && column < matrix.getWidth()
        && row < matrix.getHeight()
        && matrix.get(column, row) == 1;
  }
}
