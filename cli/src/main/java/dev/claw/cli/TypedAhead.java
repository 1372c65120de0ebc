package dev.claw.cli;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** What was typed on the terminal before it was asked for. */
final class TypedAhead {
  private static final int STANDARD_INPUT = 0;
  private static final int TCIFLUSH = 0; // of Linux's termios.h

  private TypedAhead() {}

  /**
   * Drops it, an unfinished line too: the terminal keeps that to itself until its end, so that no
   * read gets at it (POSIX.1-2017 11.1.6, canonical mode) and it would be the beginning of the
   * answer.
   */
  static void forget(InputStream in) throws IOException {
    flushTerminal();
    in.skipNBytes(in.available());
  }

  @SuppressWarnings("restricted") // the launcher permits native calls
  private static void flushTerminal() throws IOException {
    Linker linker = Linker.nativeLinker();
    MethodHandle tcflush =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("tcflush"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      // That standard input is no terminal, as in tests, is no fault.
      var _ = (int) tcflush.invokeExact(STANDARD_INPUT, TCIFLUSH);
    } catch (Throwable e) {
      throw new IOException("the terminal's input can't be dropped", e);
    }
  }
}
