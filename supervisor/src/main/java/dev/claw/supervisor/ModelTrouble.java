package dev.claw.supervisor;

import dev.claw.audit.AuditException;
import dev.claw.audit.AuditQuery;
import dev.claw.audit.AuditRecord;
import dev.claw.model.AuditEvent.Phase;
import dev.claw.model.AuditEvent.Result;
import dev.claw.model.ModelPolicy;
import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Says why an agent got no answer from its model, by what the broker put on record; OpenClaw itself
 * often knows no more than that something failed.
 *
 * @param reason whether it was the policy that said no
 */
record ModelTrouble(Reason reason, String sentence) {

  /** What the last call since then came to; empty where it went well or there was none. */
  static Optional<ModelTrouble> find(Path chain, ModelPolicy models, Instant since) {
    List<AuditRecord> last = new ArrayList<>();
    try {
      new AuditQuery(since, null, "model.call", 1).run(chain, last::add);
    } catch (AuditException e) {
      return Optional.empty(); // the failure that is being explained is worth more than this one
    }
    return last.stream().findFirst().flatMap(record -> of(record, models));
  }

  private static Optional<ModelTrouble> of(AuditRecord record, ModelPolicy models) {
    Map<String, Object> details = record.event().details();
    if (record.event().phase() == Phase.INTENT) {
      return failed("no connection to " + details.get("host") + ":" + details.get("port"));
    }
    if (record.event().result() == Result.REFUSED) {
      return Optional.of(
          denied(String.valueOf(details.get("reason")), String.valueOf(details.get("why"))));
    }
    return ofStatus(
        ((Number) details.getOrDefault("status", 0)).intValue(),
        String.valueOf(details.get("provider")),
        String.valueOf(details.get("model")),
        models);
  }

  /**
   * What the broker itself said no to, or did not get through.
   *
   * @param reason in one word, as records and answers have it
   */
  static ModelTrouble denied(String reason, String why) {
    return switch (reason.toLowerCase(Locale.ROOT)) {
      case "connect", "lookup", "certificate" ->
          new ModelTrouble(
              Reason.FAILED,
              "claw can't reach the provider: " + why + "; does it run, and is baseUrl right?");
      default -> new ModelTrouble(Reason.REFUSED, "claw refused the call: " + why);
    };
  }

  /** What a provider's status means; empty where all is well. Zero stands for no answer. */
  static Optional<ModelTrouble> ofStatus(
      int status, String provider, String model, ModelPolicy models) {
    return status >= 200 && status < 300
        ? Optional.empty()
        : failed(sentence(status, provider, model, models));
  }

  private static String sentence(int status, String provider, String model, ModelPolicy models) {
    String secret =
        models.providers().stream()
            .filter(p -> p.id().equals(provider))
            .map(ModelPolicy.Provider::secret)
            .findFirst()
            .orElse("");
    return switch (status) {
      case 0 -> "the provider '" + provider + "' broke off without an answer";
      case 401, 403 ->
          secret.isEmpty()
              ? "the provider '"
                  + provider
                  + "' wants a key (status "
                  + status
                  + "); name one with 'secret' in the template"
              : "the provider '"
                  + provider
                  + "' does not accept the key '"
                  + secret
                  + "' (status "
                  + status
                  + "); set another one with 'claw secret set "
                  + secret
                  + "'";
      case 404 ->
          "the provider '"
              + provider
              + "' has no model '"
              + model
              + "', or its baseUrl is another (status 404)";
      case 429 ->
          "the provider '" + provider + "' limits the rate or the quota is used up (status 429)";
      default -> "the provider '" + provider + "' failed with status " + status;
    };
  }

  private static Optional<ModelTrouble> failed(String sentence) {
    return Optional.of(new ModelTrouble(Reason.FAILED, sentence));
  }
}
