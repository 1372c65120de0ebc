package dev.claw.backend.podman;

import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Requests to libpod's API. All go to version 4 of it, which 4.3 and 5.x both speak with the same
 * shapes.
 */
final class Libpod {
  private static final String PREFIX = "/v4.0.0/libpod";
  private static final int LONGEST_ANSWER = 64 * 1024 * 1024;
  private static final int LONGEST_ERROR = 64 * 1024;
  private static final int LONGEST_MESSAGE = 1000;

  private final PodmanService.Source services;
  private final Duration patience;
  private volatile @Nullable PodmanService service;

  /**
   * @param patience how long an ordinary answer may take
   */
  Libpod(PodmanService.Source services, Duration patience) {
    this.services = services;
    this.patience = patience;
  }

  /** The service that answers; found at the first call. */
  PodmanService service() throws BackendException {
    PodmanService known = service;
    if (known == null) {
      known = services.get();
      service = known;
    }
    return known;
  }

  Duration patience() {
    return patience;
  }

  /** GET that must succeed. */
  Json get(String subject, String path) throws BackendException {
    return json(subject, call(subject, "GET", path, new byte[0], patience));
  }

  /** GET where 404 is an answer. */
  Optional<Json> find(String subject, String path) throws BackendException {
    Outcome outcome = call(subject, "GET", path, new byte[0], patience);
    return outcome.status() == 404 ? Optional.empty() : Optional.of(json(subject, outcome));
  }

  /** POST of a JSON document; the answer must be a success. */
  Json post(String subject, String path, @Nullable Object content) throws BackendException {
    return post(subject, path, content, patience);
  }

  Json post(String subject, String path, @Nullable Object content, Duration wait)
      throws BackendException {
    byte[] bytes = content == null ? new byte[0] : Json.write(content);
    return json(subject, call(subject, "POST", path, bytes, wait));
  }

  /** POST of bytes as they are. */
  void postRaw(String subject, String path, byte[] content) throws BackendException {
    call(subject, "POST", path, content, patience).check(subject);
  }

  /** DELETE; done also where there is nothing. */
  Json delete(String subject, String path) throws BackendException {
    Outcome outcome = call(subject, "DELETE", path, new byte[0], patience);
    return outcome.status() == 404 ? new Json(null) : json(subject, outcome);
  }

  /** Any request with its outcome as it is, for callers that tell statuses apart. */
  Outcome call(String subject, String method, String path, byte[] content, Duration wait)
      throws BackendException {
    try (HttpAnswer answer = open(subject, method, path, content, Deadline.after(wait))) {
      byte[] body = answer.bytes(answer.isDone() ? LONGEST_ANSWER : LONGEST_ERROR);
      return new Outcome(answer.status(), answer.isDone(), body);
    } catch (IOException e) {
      throw broken(subject, e);
    }
  }

  /**
   * A request whose answer is a stream.
   *
   * @param content a JSON document; null for none
   * @param deadline for connecting, for the head and, unless the caller sets another, for the body
   */
  HttpAnswer stream(
      String subject, String method, String path, @Nullable Object content, Deadline deadline)
      throws BackendException {
    byte[] bytes = content == null ? new byte[0] : Json.write(content);
    HttpAnswer answer = open(subject, method, path, bytes, deadline);
    if (!answer.isDone() && answer.status() != 101) {
      try (answer) {
        new Outcome(answer.status(), false, answer.bytes(LONGEST_ERROR)).check(subject);
      } catch (IOException e) {
        throw broken(subject, e);
      }
    }
    return answer;
  }

  private HttpAnswer open(
      String subject, String method, String path, byte[] content, Deadline deadline)
      throws BackendException {
    PodmanService known = service();
    try {
      return send(known, method, path, content, deadline);
    } catch (InterruptedIOException e) {
      throw broken(subject, e);
    } catch (IOException e) {
      // A service that claw or systemd started may have ended at rest. Where the request was not
      // sent, or changes nothing, it goes to the next one.
      if (!method.equals("GET") && !(e instanceof ConnectException) && !isGone(e)) {
        throw broken(subject, e);
      }
      service = null;
      try {
        return send(service(), method, path, content, deadline);
      } catch (IOException again) {
        throw broken(subject, again);
      }
    }
  }

  private static boolean isGone(IOException e) {
    String message = e.getMessage();
    return message != null && message.contains("No such file or directory");
  }

  private static HttpAnswer send(
      PodmanService service, String method, String path, byte[] content, Deadline deadline)
      throws IOException {
    return HttpAnswer.request(
        service.socket(), method, PREFIX + path, content, "application/json", deadline);
  }

  private Json json(String subject, Outcome outcome) throws BackendException {
    outcome.check(subject);
    if (outcome.body().length == 0) {
      return new Json(null);
    }
    try {
      return Json.parse(outcome.body());
    } catch (IOException e) {
      throw new BackendException(
          Kind.FAILED,
          subject
              + ": expected JSON from Podman, found "
              + Quoted.of(excerpt(outcome.body()))
              + "; check that the socket is Podman's own",
          e);
    }
  }

  /** An exception for a connection that failed under a request. */
  BackendException broken(String subject, IOException e) {
    PodmanService known = service;
    String where = known == null ? "the Podman service" : "Podman at " + known.socket();
    if (e instanceof SocketTimeoutException) {
      return new BackendException(
          Kind.TIMEOUT,
          subject
              + ": no answer from "
              + where
              + " in time; look at what it does with `podman ps --all`, and try again",
          e);
    }
    if (e instanceof InterruptedIOException) {
      return new BackendException(Kind.INTERRUPTED, subject + ": interrupted", e);
    }
    service = null;
    return new BackendException(
        Kind.UNAVAILABLE,
        subject
            + ": lost "
            + where
            + " ("
            + Quoted.visible(String.valueOf(e.getMessage()))
            + "); what it was asked may or may not have been done, so try again",
        e);
  }

  /** A query parameter's value, or a part of a path, encoded. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** The query parameter {@code filters}. */
  static String filters(Map<String, List<String>> filters) {
    return "filters=" + encode(new String(Json.write(filters), StandardCharsets.UTF_8));
  }

  private static String excerpt(byte[] bytes) {
    return new String(bytes, 0, Math.min(bytes.length, 200), StandardCharsets.UTF_8);
  }

  /**
   * What came back.
   *
   * @param done whether the status is a success (2xx, or 304: nothing was to do)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Outcome(int status, boolean done, byte[] body) {

    /** Podman's own words about a failure, fit for a terminal. */
    String message() {
      String text;
      try {
        text = Json.parse(body).get("message").text();
      } catch (IOException e) {
        text = "";
      }
      if (text.isBlank()) {
        text = body.length == 0 ? "status " + status : new String(body, StandardCharsets.UTF_8);
      }
      String oneLine = Quoted.visible(text.strip().replace('\n', ' '));
      return oneLine.length() <= LONGEST_MESSAGE
          ? oneLine
          : oneLine.substring(0, LONGEST_MESSAGE) + "…";
    }

    void check(String subject) throws BackendException {
      if (!done) {
        Kind kind =
            switch (status) {
              case 404 -> Kind.NOT_FOUND;
              case 409 -> Kind.CONFLICT;
              default -> Kind.FAILED;
            };
        throw new BackendException(kind, subject + ": Podman said: " + message());
      }
    }
  }
}
