package dev.claw.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.ChecksumException;
import com.google.zxing.DecodeHintType;
import com.google.zxing.FormatException;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Drawn, looked at again as a phone would, and read. */
class QrCodeTest {
  private static final int PIXELS = 6;
  private static final int BLACK = 0x000000;
  private static final int WHITE = 0xffffff;
  private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;]*m");

  // The same at each run: this reader, unlike a camera, has one look at a code, and some few among
  // all that there are it does not find.
  private final Random random = new Random(4711);

  private String link() {
    byte[] token = new byte[18];
    random.nextBytes(token);
    return "https://t.me/my_bot?start=" + Base64.getUrlEncoder().encodeToString(token);
  }

  private static String read(int width, int height, int[] pixels)
      throws NotFoundException, ChecksumException, FormatException {
    RGBLuminanceSource source = new RGBLuminanceSource(width, height, pixels);
    return new QRCodeReader()
        .decode(
            new BinaryBitmap(new HybridBinarizer(source)),
            Map.of(DecodeHintType.CHARACTER_SET, "UTF-8", DecodeHintType.TRY_HARDER, true))
        .getText();
  }

  /** What a terminal of these colours shows. */
  private static String look(List<String> lines, int ink, int paper) throws Exception {
    int columns = lines.getFirst().length();
    int width = (columns + 8) * PIXELS;
    int height = (lines.size() * 2 + 8) * PIXELS;
    int[] pixels = new int[width * height];
    Arrays.fill(pixels, paper);
    for (int row = 0; row < lines.size(); row++) {
      assertThat(lines.get(row)).hasSize(columns);
      for (int column = 0; column < columns; column++) {
        char block = lines.get(row).charAt(column);
        boolean upper = block == '█' || block == '▀';
        boolean lower = block == '█' || block == '▄';
        fill(pixels, width, column + 4, 2 * row + 4, upper ? ink : paper);
        fill(pixels, width, column + 4, 2 * row + 5, lower ? ink : paper);
      }
    }
    return read(width, height, pixels);
  }

  private static void fill(int[] pixels, int width, int x, int y, int colour) {
    for (int down = 0; down < PIXELS; down++) {
      for (int right = 0; right < PIXELS; right++) {
        pixels[(y * PIXELS + down) * width + x * PIXELS + right] = colour;
      }
    }
  }

  @Test
  void readsInItsOwnColoursOnEveryTerminal() throws Exception {
    for (int i = 0; i < 20; i++) {
      String link = link();
      List<String> lines = HalfBlocks.coloured(QrCode.of(link));
      assertThat(lines)
          .allSatisfy(
              line ->
                  assertThat(line).startsWith("\u001b[38;5;16;48;5;231m").endsWith("\u001b[0m"));
      List<String> blocks =
          lines.stream().map(line -> ESCAPES.matcher(line).replaceAll("")).toList();
      assertThat(look(blocks, BLACK, WHITE)).isEqualTo(link);
    }
  }

  @Test
  void readsWithoutColoursOnADarkTerminal() throws Exception {
    for (int i = 0; i < 20; i++) {
      String link = link();
      List<String> lines = HalfBlocks.plain(QrCode.of(link));
      assertThat(String.join("", lines)).matches("[ ▀▄█]+");
      assertThat(look(lines, WHITE, BLACK)).isEqualTo(link);
    }
  }

  @Test
  void withoutColoursOnALightTerminalItIsANegative() {
    List<String> lines = HalfBlocks.plain(QrCode.of(link()));
    assertThatThrownBy(() -> look(lines, BLACK, WHITE)).isInstanceOf(NotFoundException.class);
  }

  @Test
  void hasAQuietZoneOfFourOnAllSides() {
    QrCode code = QrCode.of(link());
    int last = code.size() - 1;
    boolean[] seen = new boolean[4];
    for (int i = 0; i < code.size(); i++) {
      for (int edge = 0; edge < 4; edge++) {
        assertThat(code.isDark(i, edge)).isFalse();
        assertThat(code.isDark(edge, i)).isFalse();
        assertThat(code.isDark(i, last - edge)).isFalse();
        assertThat(code.isDark(last - edge, i)).isFalse();
      }
      seen[0] |= code.isDark(i, 4);
      seen[1] |= code.isDark(4, i);
      seen[2] |= code.isDark(i, last - 4);
      seen[3] |= code.isDark(last - 4, i);
    }
    assertThat(seen).containsOnly(true);
  }

  @Test
  void fitsATerminalOfEightyByTwentyFour() {
    QrCode code = QrCode.of("https://t.me/" + "x".repeat(32) + "?start=" + "A".repeat(24));
    assertThat(code.size()).isLessThan(80);
    assertThat(HalfBlocks.plain(code)).hasSizeLessThan(24);
  }

  @Test
  void readsAsAPicture() throws Exception {
    String link = link();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(QrPicture.png(QrCode.of(link))));
    int width = image.getWidth();
    int[] pixels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
    assertThat(read(width, image.getHeight(), pixels)).isEqualTo(link);
    assertThat(image.getColorModel().getPixelSize()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 200, 1000})
  void readsWhateverItsSize(int length) throws Exception {
    String text = "a".repeat(length);
    assertThat(look(HalfBlocks.plain(QrCode.of(text)), WHITE, BLACK)).isEqualTo(text);
  }

  @Test
  void refusesWhatNoCodeHolds() {
    assertThatThrownBy(() -> QrCode.of("a".repeat(5000)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
