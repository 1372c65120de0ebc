package dev.claw.backend.podman;

import dev.claw.model.AgentContainer;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Digest;
import dev.claw.model.InvalidValueException;
import dev.claw.model.Quoted;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds agents' containers by label. A container is an agent's when it carries the agent's id and
 * stands in a pod that does too; whatever else carries the id is a claim that claw neither believes
 * nor touches.
 */
final class Agents {
  private final Libpod libpod;

  Agents(Libpod libpod) {
    this.libpod = libpod;
  }

  /** All agents' containers. Two rows with one id mean that two containers claim it. */
  List<AgentContainer> list() throws BackendException {
    List<ListedContainer> rows = rows("agents", Label.ID);
    Set<String> infra = new HashSet<>();
    rows.stream().filter(ListedContainer::infra).forEach(row -> infra.add(owned(row)));
    List<ListedContainer> own =
        rows.stream().filter(row -> !row.infra() && infra.contains(owned(row))).toList();
    Map<String, Digest> digests = own.isEmpty() ? Map.of() : digestsById();
    return own.stream().flatMap(row -> agent(row, digests).stream()).toList();
  }

  /** The agent's container as the backend lists it. */
  Optional<AgentContainer> find(AgentId id) throws BackendException {
    Optional<ListedContainer> row = findRow(id);
    return row.isEmpty() ? Optional.empty() : agent(row.get(), digestsById());
  }

  /**
   * The agent's container.
   *
   * @throws BackendException of kind CONFLICT where another container claims the id too
   */
  Optional<ListedContainer> findRow(AgentId id) throws BackendException {
    List<ListedContainer> rows = claiming(id);
    List<ListedContainer> own = rows.stream().filter(row -> !row.infra()).toList();
    if (own.size() > 1) {
      throw new BackendException(
          Kind.CONFLICT,
          "agent "
              + id
              + ": expected one container with label claw.id, found "
              + own.stream().map(row -> Quoted.of(row.name())).collect(Collectors.joining(" and "))
              + "; claw touches neither: remove the one that is not claw's (`podman rm NAME`)");
    }
    for (ListedContainer row : own) {
      if (rows.stream().noneMatch(other -> other.infra() && other.pod().equals(row.pod()))) {
        throw new BackendException(
            Kind.CONFLICT,
            "container "
                + Quoted.of(row.name())
                + ": carries label claw.id="
                + id
                + " but is in no pod of that agent, so claw did not make it and does not touch it;"
                + " remove it (`podman rm NAME`) or take the label off");
      }
    }
    return own.stream().findFirst();
  }

  /**
   * The agent's container.
   *
   * @throws BackendException of kind NOT_FOUND where there is none
   */
  ListedContainer get(AgentId id) throws BackendException {
    return findRow(id)
        .orElseThrow(
            () ->
                new BackendException(
                    Kind.NOT_FOUND,
                    "agent "
                        + id
                        + ": expected its container, found none with label claw.id; it was not"
                        + " created or was removed behind claw's back: start the agent to make it"
                        + " again"));
  }

  /**
   * The infra container of the agent's pod, which holds its namespaces.
   *
   * @throws BackendException of kind NOT_FOUND where there is none
   */
  ListedContainer infra(AgentId id) throws BackendException {
    String pod = get(id).pod();
    return claiming(id).stream()
        .filter(row -> row.infra() && row.pod().equals(pod))
        .findFirst()
        .orElseThrow(
            () ->
                new BackendException(
                    Kind.NOT_FOUND,
                    "agent "
                        + id
                        + ": expected the infra container of its pod, found none; start the agent to"
                        + " make it again"));
  }

  /** All containers that carry the id, with the infra containers of such pods. */
  List<ListedContainer> claiming(AgentId id) throws BackendException {
    return rows("agent " + id, Label.ID + "=" + id).stream().filter(r -> r.claims(id)).toList();
  }

  List<ListedContainer> rows(String subject, String label) throws BackendException {
    String path = "/containers/json?all=true&" + Libpod.filters(Map.of("label", List.of(label)));
    return libpod.get(subject, path).elements().stream().map(ListedContainer::from).toList();
  }

  private Map<String, Digest> digestsById() throws BackendException {
    Map<String, Digest> digests = new HashMap<>();
    for (Json image : libpod.get("images", "/images/json").elements()) {
      Images.digestOf(image).ifPresent(digest -> digests.put(image.get("Id").text(), digest));
    }
    return digests;
  }

  private static String owned(ListedContainer row) {
    return row.pod() + " " + row.labels().get(Label.ID);
  }

  private static Optional<AgentContainer> agent(ListedContainer row, Map<String, Digest> digests) {
    try {
      return Optional.of(
          new AgentContainer(
              AgentId.parse(row.labels().getOrDefault(Label.ID, "")),
              AgentName.parse(row.labels().getOrDefault(Label.AGENT, "")),
              row.id(),
              row.state(),
              Digest.parse(row.labels().getOrDefault(Label.LOCK, "")),
              digests.get(row.imageId()),
              row.startedAt(),
              row.exitCode()));
    } catch (InvalidValueException e) {
      return Optional.empty(); // labels that claw never writes: somebody else's container
    }
  }
}
