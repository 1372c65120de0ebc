package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a/b",
        "*",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/%2e%2e/admin",
        "/%2E/admin",
        "/.%2e/admin",
        "/%252e%252e/x",
        "/a%00b",
        "/a%0d%0ab",
        "/a%7f",
        "/a%",
        "/a%4",
        "/a%zz",
        "/a b",
        "/a\tb",
        "/a#b",
        "/é",
        "/%c0%af",
        "/%c0%ae%c0%ae/x",
        "/%ff",
        "/..",
        "/../x",
        "/a/../../x",
        "/a/..;/x",
        "/a/.;x=1/b",
        "/;a/b",
        "/a/..;/../b",
        "/a/.../b",
        "/a/..%20/b",
        "/a/%20/b",
        "/a//..",
        "/a//../b",
        "/a/.//../b",
        "//..//../b",
        "/a/b//../../c",
        "/a///../../../b",
        "//a",
        "//",
        "///a/b",
        "/a%3bb",
        "/a%3fb",
        "/a%23b",
      })
  void pathWithTwoReadingsIsAmbiguous(String target) {
    assertThat(RequestPath.parse(target)).isInstanceOf(RequestPath.Ambiguous.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/, ''",
    "/a/b, a|b",
    "/a/b?c=/../d, a|b",
    "/a/./b, a|b",
    "/a/x/../b, a|b",
    "/a/b/.., a|",
    "/a/b/., a|b|",
    "/%61/%62, a|b",
    "/a;v=1/b, a;v=1|b",
    "/a/%C3%A9, a|é",
    "/a%2Db, a-b",
  })
  void pathHasItsSegments(String target, String segments) {
    assertThat(RequestPath.parse(target))
        .isEqualTo(
            new RequestPath.Plain(
                List.of(segments.split("\\|", -1)), List.of(segments.split("\\|", -1))));
  }

  @ParameterizedTest
  @CsvSource({"/a//b, a||b, a|b", "/a//, a||, a|", "/a/..//b, |b, b", "/a/b/..//c, a||c, a|c"})
  void emptySegmentsHaveTwoReadings(String target, String segments, String merged) {
    assertThat(RequestPath.parse(target))
        .isEqualTo(
            new RequestPath.Plain(
                List.of(segments.split("\\|", -1)), List.of(merged.split("\\|", -1))));
  }
}
