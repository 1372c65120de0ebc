package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {
  private static HttpHeaders of(String... names) {
    HttpHeaders headers = new DefaultHttpHeaders();
    for (String name : names) {
      headers.add(name, "x");
    }
    return headers;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-HTTP-Method-Override",
        "X_HTTP_METHOD_OVERRIDE",
        "x-http_method-override",
        "x.http.method.override",
        "X-Original-Method",
        "X_Original_URL",
        "X-Forwarded-Uri",
      })
  void fieldThatMakesAnotherRequestOfItIsSeenInEachSpelling(String name) {
    assertThat(HeaderRules.override(of("Accept", name))).isPresent();
  }

  @Test
  void ordinaryFieldIsNone() {
    assertThat(HeaderRules.override(of("Accept", "X-Original", "X-Forwarded-For"))).isEmpty();
  }

  @Test
  void fieldIsThereInEachSpelling() {
    assertThat(HeaderRules.has(of("CONTENT_ENCODING"), "content-encoding")).isTrue();
    assertThat(HeaderRules.has(of("Content-Encoding"), "content-encoding")).isTrue();
    assertThat(HeaderRules.has(of("Content-Type"), "content-encoding")).isFalse();
  }

  @Test
  void fieldsOfTheConnectionGoInEachSpelling() {
    HttpHeaders headers = of("Keep_Alive", "Proxy_Authorization", "HTTP2_Settings", "X_Y", "TE");
    HeaderRules.strip(headers);
    assertThat(headers.names()).containsExactly("X_Y");
  }
}
