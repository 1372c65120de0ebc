package dev.claw.egress;

import dev.claw.model.EgressRule;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What somebody inside asks for, as far as it is known.
 *
 * @param layer how much is known
 * @param method empty below HTTP
 * @param path path of the request target without a query; empty below HTTP
 * @param program who asks; null where nobody knows
 */
public record EgressRequest(
    Layer layer,
    HostName host,
    int port,
    String method,
    String path,
    EgressRule.@Nullable Program program) {

  /** How far into the connection the judge can see. */
  public enum Layer {
    /** Host and port, before the first byte: could anything pass? */
    CONNECTION,
    /** TLS that stays closed. */
    TLS,
    /** Any protocol, not looked at. */
    RAW,
    /** One HTTP request. */
    HTTP
  }

  /**
   * A request as a person names it, such as {@code GET https://api.github.com/repos/x/y}.
   *
   * @throws InvalidValueException if the text is no http or https URL with a host
   */
  public static EgressRequest parse(String method, String url) throws InvalidValueException {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw new InvalidValueException("expected a URL, found " + Quoted.of(url));
    }
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
      throw new InvalidValueException("expected an http or https URL, found " + Quoted.of(url));
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : scheme.equals("https") ? 443 : 80;
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new EgressRequest(Layer.HTTP, HostName.parse(uri.getHost()), port, method, path, null);
  }

  /** The same asked of another host. */
  EgressRequest to(HostName other) {
    return new EgressRequest(layer, other, port, method, path, program);
  }

  static EgressRequest at(
      Layer layer, HostName host, int port, EgressRule.@Nullable Program program) {
    return new EgressRequest(layer, host, port, "", "", program);
  }
}
