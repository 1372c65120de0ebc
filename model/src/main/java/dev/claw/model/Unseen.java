package dev.claw.model;

/**
 * Characters that leave no mark where they stand although their category does not say so: those
 * that fonts are told to show nothing for (Default_Ignorable_Code_Point in Unicode 17's
 * DerivedCoreProperties.txt, which Java does not know), among them variation selectors and Hangul
 * fillers, and the empty Braille cell.
 */
public final class Unseen {
  /** First and last of each range, in order. */
  private static final int[] RANGES = {
    0x00ad, 0x00ad,
    0x034f, 0x034f,
    0x061c, 0x061c,
    0x115f, 0x1160,
    0x17b4, 0x17b5,
    0x180b, 0x180f,
    0x200b, 0x200f,
    0x202a, 0x202e,
    0x2060, 0x206f,
    0x2800, 0x2800,
    0x3164, 0x3164,
    0xfe00, 0xfe0f,
    0xfeff, 0xfeff,
    0xffa0, 0xffa0,
    0xfff0, 0xfff8,
    0x1bca0, 0x1bca3,
    0x1d173, 0x1d17a,
    0xe0000, 0xe0fff,
  };

  private Unseen() {}

  /** Whether nothing is to be seen of this code point. */
  public static boolean contains(int point) {
    for (int i = 0; i < RANGES.length; i += 2) {
      if (point <= RANGES[i + 1]) {
        return point >= RANGES[i];
      }
    }
    return false;
  }
}
