package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Servers that do the same things in another order see the same path, or it is ambiguous. */
class PathReadingsTest {
  @Provide
  Arbitrary<String> targets() {
    return Arbitraries.of(
            "", "", ".", "..", "..", "a", "b", "a;x", ";", ";x", "..;x", "%2e%2e", "%2E", "%61",
            "%2f", "a%5cb", "%252e", "...", "%20", "..%20", "a.")
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .map(segments -> "/" + String.join("/", segments));
  }

  @Property(tries = 20_000)
  void plainPathHasOneReading(@ForAll("targets") String target) {
    if (RequestPath.parse(target) instanceof RequestPath.Plain plain) {
      List<String> read = named(plain.segments().stream());
      assertThat(named(plain.merged().stream())).isEqualTo(read);
      assertThat(dotsFirst(target)).as("RFC 3986").isEqualTo(read);
      assertThat(slashesFirst(decoded(target))).as("merged slashes").isEqualTo(read);
      assertThat(dotsFirst(decoded(decoded(target)))).as("decoded twice").isEqualTo(read);
      assertThat(slashesFirst(decoded(target.replaceAll(";[^/]*", "")))).as("cut").isEqualTo(read);
      assertThat(slashesFirst(URI.create("http://x/").resolve(target).getPath()))
          .as("resolved against a base")
          .isEqualTo(read);
    }
  }

  @Property(tries = 2_000)
  void plainPathIsNoRarity(@ForAll("targets") String target) {
    boolean harmless = target.matches("/(a|b|a;x|%61)(/(a|b|a;x|%61))*/?");
    if (harmless) {
      assertThat(RequestPath.parse(target)).isInstanceOf(RequestPath.Plain.class);
    }
  }

  /** As RFC 3986, 5.2.4 has it: an empty segment is one that '..' takes away. */
  private static List<String> dotsFirst(String target) {
    List<String> output = new ArrayList<>();
    for (String segment : decoded(target).substring(1).split("/", -1)) {
      if (!segment.equals("..")) {
        output.add(segment);
      } else if (!output.isEmpty()) {
        output.removeLast();
      }
      if (segment.equals(".")) {
        output.removeLast();
      }
    }
    return named(output.stream());
  }

  /** As a file system has it. */
  private static List<String> slashesFirst(String path) {
    return named(
        StreamSupport.stream(Path.of(path).normalize().spliterator(), false).map(Path::toString));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static List<String> named(Stream<String> segments) {
    return segments
        .map(segment -> segment.replaceAll(";.*", ""))
        .filter(segment -> !segment.isEmpty())
        .toList();
  }
}
