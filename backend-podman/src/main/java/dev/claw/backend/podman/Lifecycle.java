package dev.claw.backend.podman;

import dev.claw.model.AgentContainer.State;
import dev.claw.model.AgentId;
import dev.claw.model.BackendException;
import dev.claw.model.BackendException.Kind;
import dev.claw.model.Quoted;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Starts, stops and removes what {@link Creation} made. */
final class Lifecycle {
  private final Libpod libpod;
  private final Agents agents;

  Lifecycle(Libpod libpod, Agents agents) {
    this.libpod = libpod;
    this.agents = agents;
  }

  void start(AgentId id) throws BackendException {
    ListedContainer row = agents.get(id);
    String subject = "container " + Quoted.of(row.name());
    if (row.state() == State.RUNNING) {
      return;
    }
    if (row.state() == State.PAUSED) {
      throw new BackendException(
          Kind.CONFLICT,
          subject
              + ": expected it stopped or running, found it paused, which claw never does; resume"
              + " it with `podman unpause "
              + row.name()
              + "`");
    }
    // Starts the infra container, on which it depends, too.
    libpod.post(subject, "/containers/" + row.id() + "/start", null);
  }

  /** Starts the infra container alone: the namespaces are there and nothing of the agent's runs. */
  void startNamespaces(AgentId id) throws BackendException {
    ListedContainer row = agents.infra(id);
    if (row.state() != State.RUNNING) {
      libpod.post("container " + Quoted.of(row.name()), "/containers/" + row.id() + "/start", null);
    }
  }

  void stopContainer(AgentId id, Duration grace) throws BackendException {
    ListedContainer row = agents.get(id);
    if (row.state() == State.PAUSED) {
      // A paused process can't act on SIGTERM, and Podman refuses to stop it.
      libpod.post(
          "container " + Quoted.of(row.name()), "/containers/" + row.id() + "/unpause", null);
    }
    stop(row, grace);
  }

  void stopPod(AgentId id) throws BackendException {
    agents.findRow(id); // refuses where a second container claims the id
    // The infra container goes last: the others live in its namespaces.
    List<ListedContainer> rows =
        agents.claiming(id).stream().sorted(Comparator.comparing(ListedContainer::infra)).toList();
    for (ListedContainer row : rows) {
      if (row.state() == State.PAUSED) {
        libpod.post(
            "container " + Quoted.of(row.name()), "/containers/" + row.id() + "/unpause", null);
      }
      stop(row, Duration.ZERO);
    }
  }

  void remove(AgentId id) throws BackendException {
    agents.findRow(id); // refuses where a second container claims the id
    String subject = "agent " + id;
    String filter = Libpod.filters(Map.of("label", List.of(Label.ID + "=" + id)));
    for (Json pod : libpod.get(subject, "/pods/json?" + filter).elements()) {
      if (pod.get("Labels").get(Label.ID).text().equals(id.value())) {
        removePod(subject, pod.get("Id").text());
      }
    }
  }

  /** Kills and removes a pod with all that is in it. */
  void removePod(String subject, String podId) throws BackendException {
    libpod.delete(subject, "/pods/" + podId + "?force=true&timeout=0");
  }

  private void stop(ListedContainer row, Duration grace) throws BackendException {
    String path = "/containers/" + row.id() + "/stop?timeout=" + Math.max(0, grace.toSeconds());
    Libpod.Outcome outcome =
        libpod.call(
            "container " + Quoted.of(row.name()),
            "POST",
            path,
            new byte[0],
            grace.plus(libpod.patience()));
    if (outcome.status() != 404) {
      outcome.check("container " + Quoted.of(row.name()));
    }
  }
}
