package dev.claw.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressVettingTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, unspecified",
    "0.1.2.3, unspecified",
    "10.0.0.1, private",
    "10.255.255.255, private",
    "100.64.0.1, carrier-grade NAT",
    "100.100.100.200, carrier-grade NAT",
    "100.127.255.255, carrier-grade NAT",
    "127.0.0.1, loopback",
    "127.255.255.254, loopback",
    "169.254.169.254, cloud metadata",
    "169.254.170.2, link-local",
    "172.16.0.1, private",
    "172.31.255.255, private",
    "192.0.0.192, reserved",
    "192.168.1.1, private",
    "198.18.0.1, benchmarking",
    "198.19.255.255, benchmarking",
    "224.0.0.1, multicast",
    "239.255.255.255, multicast",
    "240.0.0.1, reserved",
    "255.255.255.255, broadcast",
    "::, unspecified",
    "::1, loopback",
    "::7f00:1, IPv4-compatible",
    "::808:808, IPv4-compatible",
    "64:ff9b::7f00:1, NAT64",
    "64:ff9b::808:808, NAT64",
    "64:ff9b:1::a00:1, NAT64",
    "2001::1, Teredo",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2, Teredo",
    "2001:20::1, reserved",
    "2002:7f00:1::, 6to4",
    "2002:808:808::1, 6to4",
    "2001:db8::1, documentation",
    "fc00::1, unique local",
    "fd00:ec2::254, cloud metadata",
    "fdff::1, unique local",
    "fe80::1, link-local",
    "febf::1, link-local",
    "fec0::1, site-local",
    "ff02::1, multicast",
    "4000::1, reserved",
    "100::1, discard-only",
  })
  void onlyARuleForThisAddressAdmits(String address, String kind) {
    assertThat(AddressVetting.refusal(InetAddress.ofLiteral(address))).contains(kind);
  }

  @Test
  void mappedAddressIsRefusedInItsSixteenBytes() {
    byte[] mapped = new byte[16];
    mapped[10] = (byte) 0xff;
    mapped[11] = (byte) 0xff;
    mapped[12] = 8;
    // The JDK turns mapped addresses into IPv4 ones, which are vetted as such.
    assertThat(HostName.address(mapped).getAddress()).hasSize(4);
    mapped[12] = 127;
    assertThat(AddressVetting.refusal(HostName.address(mapped))).contains("loopback");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.216.34",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2003::1",
      })
  void publicAddressPasses(String address) {
    assertThat(AddressVetting.refusal(InetAddress.ofLiteral(address))).isEmpty();
  }
}
