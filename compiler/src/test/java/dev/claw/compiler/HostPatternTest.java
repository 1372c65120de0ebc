package dev.claw.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.model.InvalidValueException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused stands in {@code rejected/hosts.yaml} and {@code rejected/addresses-….yaml}. */
class HostPatternTest {
  @ParameterizedTest
  @CsvSource({
    "example.com, example.com",
    "API.GitHub.com, api.github.com",
    "*.example.com, *.example.com",
    "**.example.com, **.example.com",
    "b\u00fccher.example, xn--bcher-kva.example",
    "xn--bcher-kva.example, xn--bcher-kva.example",
    "10.1.2.3, 10.1.2.3",
    "8.8.8.8, 8.8.8.8",
    "2001:db8::1, 2001:db8::1",
    "2001:db8:0:1::, 2001:db8:0:1::",
    "::, ::",
    "1e100.net, 1e100.net",
  })
  void isRead(String written, String text) throws InvalidValueException {
    assertThat(HostPattern.parse(written).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com", "*.example.com", "8.8.8.8", "2001:db8::1"})
  void nothingToSayOfPublicHosts(String written) throws InvalidValueException {
    assertThat(HostPattern.parse(written).warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "169.254.169.254, metadata service",
    "metadata.google.internal, metadata service",
    "fd00:ec2::254, metadata service",
    "127.0.0.1, this machine",
    "0.0.0.0, this machine",
    "::1, this machine",
    "localhost, this machine",
    "10.1.2.3, your own network",
    "192.168.1.1, your own network",
    "172.16.0.1, your own network",
    "100.64.0.1, your own network",
    "169.254.1.1, your own network",
    "224.0.0.1, your own network",
    "fe80::1, your own network",
    "fc00::1, your own network",
    "**.com, every host under",
    "b\u00fccher.example, stands for xn--bcher-kva.example",
  })
  void warns(String written, String warning) throws InvalidValueException {
    assertThat(HostPattern.parse(written).warnings())
        .singleElement()
        .satisfies(text -> assertThat(text).contains(warning));
  }
}
