package dev.claw.compiler;

import dev.claw.compiler.YamlNode.Scalar;
import dev.claw.model.AgentId;
import dev.claw.model.Quoted;
import dev.claw.model.Secret;
import dev.claw.model.Secret.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code container.secrets}: which of Podman's secrets an agent gets. */
final class SecretsSection {
  static final String GATEWAY_TOKEN = "gateway-token";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,252}");

  private final Fields container;
  private final AgentId id;

  SecretsSection(Fields container, AgentId id) {
    this.container = container;
    this.id = id;
  }

  /** The template's secrets after claw's own. */
  List<Secret> read(Set<String> environment) {
    List<Secret> secrets = new ArrayList<>();
    secrets.add(
        new Secret("claw." + id.value() + "." + GATEWAY_TOKEN, new Target.File(GATEWAY_TOKEN)));
    Set<String> variables = new HashSet<>(environment);
    Set<String> files = new HashSet<>(Set.of(GATEWAY_TOKEN));
    for (Fields fields : container.maps("secrets")) {
      Optional<String> name = name(fields);
      Optional<Target> target = target(fields, variables, files);
      if (name.isPresent() && target.isPresent()) {
        secrets.add(new Secret(name.get(), target.get()));
      }
    }
    return secrets;
  }

  private static Optional<String> name(Fields fields) {
    if (!fields.has("name")) {
      fields.missing("name", "name: github-token");
    }
    Optional<Scalar> scalar = fields.text("name", "the name of a secret in Podman");
    if (scalar.isEmpty()) {
      return Optional.empty();
    }
    String text = scalar.get().text();
    if (SecretShapes.find(text).isPresent()) {
      fields.error(
          scalar.get().at(),
          "name",
          "expected the name of a secret, found what looks like the secret itself; store it with"
              + " 'podman secret create' and write its name here");
    } else if (!NAME.matcher(text).matches()) {
      fields.error(
          scalar.get().at(), "name", "expected the name of a secret, found " + Quoted.of(text));
    } else if (text.startsWith("claw.")) {
      fields.error(scalar.get().at(), "name", "names that start with 'claw.' belong to claw");
    } else {
      return Optional.of(text);
    }
    return Optional.empty();
  }

  private static Optional<Target> target(Fields fields, Set<String> variables, Set<String> files) {
    if (fields.has("environment") == fields.has("file")) {
      fields
          .problems()
          .error(
              fields.at(),
              fields.path("environment")
                  + ": expected either 'environment: VARIABLE' or 'file: NAME', found "
                  + (fields.has("file") ? "both" : "neither"));
      return Optional.empty();
    }
    if (fields.has("environment")) {
      return fields
          .text("environment", "the name of a variable")
          .filter(variable -> isVariable(fields, variable, variables))
          .map(variable -> new Target.Environment(variable.text()));
    }
    return fields
        .text("file", "the name of a file")
        .filter(file -> isFile(fields, file, files))
        .map(file -> new Target.File(file.text()));
  }

  private static boolean isVariable(Fields fields, Scalar variable, Set<String> taken) {
    Optional<String> refused = EnvironmentRules.refuse(variable.text());
    if (refused.isPresent()) {
      fields.error(variable.at(), "environment", variable.described() + " " + refused.get());
      return false;
    }
    if (!taken.add(variable.text())) {
      fields.error(variable.at(), "environment", variable.described() + " is already set");
      return false;
    }
    return true;
  }

  private static boolean isFile(Fields fields, Scalar file, Set<String> taken) {
    if (!NAME.matcher(file.text()).matches()) {
      fields.error(
          file.at(),
          "file",
          "expected the name of a file in /run/secrets, found " + file.described());
      return false;
    }
    if (!taken.add(file.text())) {
      fields.error(file.at(), "file", file.described() + " is already taken");
      return false;
    }
    return true;
  }
}
