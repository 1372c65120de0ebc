package dev.claw.model;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What runs containers. An agent's pod and container are found by the labels {@code claw.id} and
 * {@code claw.agent}, never by name alone, and nothing without them is ever changed. Every method
 * may block on the backend; all are safe to call from several threads.
 */
public interface Backend extends AutoCloseable {

  /** What the backend is and can enforce. */
  BackendInfo info() throws BackendException;

  /**
   * Checks of the host as this backend needs it, each with its fix; never throws, a failure is a
   * check's outcome.
   */
  List<Check> diagnose();

  /**
   * The image that a reference (name with or without tag, or name with digest) stands for now, on
   * this host only.
   */
  Optional<ImageInfo> findImage(String reference) throws BackendException;

  /** All images that carry the label {@code claw.recipe}. */
  List<ImageInfo> listImages() throws BackendException;

  /**
   * Removes an image.
   *
   * @throws BackendException of kind CONFLICT where a container uses it
   */
  void removeImage(Digest digest) throws BackendException;

  /** All containers of agents with their state, in one call. */
  List<AgentContainer> list() throws BackendException;

  /** The container of one agent, if it exists. */
  Optional<AgentContainer> find(AgentId id) throws BackendException;

  /**
   * Makes the agent's pod and container, not started. What was made is removed again if a later
   * part fails.
   *
   * @param lock digest of what the lock names for this container; becomes the label {@code
   *     claw.lock}
   * @param seccompFile the filter's JSON on the host, already checked against the spec's digest
   * @throws BackendException of kind CONFLICT where a pod or container that is not this agent's has
   *     the name; of kind NOT_FOUND where the image or a secret is missing
   */
  void create(ContainerSpec spec, Digest lock, Path seccompFile) throws BackendException;

  /**
   * Starts the namespaces that the agent will run in and nothing of the agent's, so that a door can
   * be built first.
   *
   * @throws BackendException of kind NOT_FOUND where the agent has no container
   */
  void startNamespaces(AgentId id) throws BackendException;

  /**
   * Builds the agent's door in its network namespace, which must have been started. Connections
   * arrive at the socket, preceded by a PROXY protocol v2 header with the destination that the
   * agent asked for: every TCP connection, as nothing else leaves; where the network is {@link
   * NetworkProfile#OPEN}, only those to the model broker's port on loopback. An open door is left
   * alone; it outlives a restart of the container and of whoever serves the socket, and ends with
   * the pod. While nobody serves the socket, connections end at once.
   *
   * @param socket path of a Unix stream socket, at most 107 bytes
   * @throws BackendException of kind FAILED where the host lacks what a door is built with
   */
  void openDoor(AgentId id, Path socket) throws BackendException;

  /** Whether the door stands and its relay runs. */
  boolean isDoorOpen(AgentId id) throws BackendException;

  /**
   * Done when the relay of the agent's door ends, whoever ends it; at once where none runs. It is
   * noticed within a few seconds.
   */
  CompletionStage<Void> doorEnd(AgentId id) throws BackendException;

  /**
   * Opens a way in to a TCP port that something inside the agent's namespaces, which must have been
   * started, serves on 127.0.0.1. It gives the agent no way out, whatever its network is. Each call
   * opens one of its own; it ends when it is closed, with the pod, and, where its owner died
   * without closing it, at the latest when the next one is opened.
   *
   * @param port from 1 to 65535
   * @throws BackendException of kind NOT_FOUND where the namespaces are not up; of kind FAILED
   *     where the host lacks what a way in is built with
   */
  WayIn openWayIn(AgentId id, int port) throws BackendException;

  /**
   * The program that holds an established TCP connection in the agent's container: the path of its
   * executable inside and the digest of that file. Empty where nobody can say: the connection is
   * gone, different programs hold it, or a process hides what it has open. What is true when this
   * looks need not be true a moment later, since a process may execute another program.
   *
   * @param source address and port from which the program connected, IPv4
   * @param destination what it connected to, before any redirection
   */
  Optional<EgressRule.Program> findProgram(AgentId id, Endpoint source, Endpoint destination)
      throws BackendException;

  /**
   * Starts the agent's pod and container; done when the first process runs. A running one is left
   * alone.
   */
  void start(AgentId id) throws BackendException;

  /**
   * Reads from the kernel and from the backend what really holds for the agent's running container.
   *
   * @throws BackendException of kind NOT_FOUND where it is not running
   */
  EffectiveState effectiveState(AgentId id) throws BackendException;

  /**
   * Stops the agent's container: SIGTERM, then SIGKILL when the grace period is over. The pod with
   * its namespaces stays up.
   */
  void stopContainer(AgentId id, Duration grace) throws BackendException;

  /** Stops what is left of the agent's pod, at once. */
  void stopPod(AgentId id) throws BackendException;

  /** Removes the agent's pod and container, running or not; done also where there is none. */
  void remove(AgentId id) throws BackendException;

  /**
   * Runs a program in the agent's running container without input and collects its output.
   *
   * @param timeout after which waiting ends with kind TIMEOUT
   * @param outputLimit bytes kept of each stream
   */
  ExecResult exec(AgentId id, List<String> command, Duration timeout, int outputLimit)
      throws BackendException;

  /**
   * Runs a program in the agent's running container, hands it the input, which it must read before
   * it prints much, and passes on what it prints as it comes. The program is ended where it is not
   * done in time, where the calling thread is interrupted, and where the sink declines.
   *
   * @param timeout after which waiting ends with kind TIMEOUT
   * @return the program's exit code; -1 where the sink declined
   */
  int converse(AgentId id, List<String> command, byte[] input, Duration timeout, OutputSink sink)
      throws BackendException;

  /**
   * The host command whose process, with inherited streams, is the given program inside the agent's
   * container; it exits as the program does.
   */
  List<String> execCommand(AgentId id, ExecOptions options, List<String> command)
      throws BackendException;

  /**
   * Runs a program in a container of its own from this image, with no network, no capability, a
   * read-only root and one file mounted read-only, and removes the container whatever happens.
   *
   * @param file mounted read-only at {@code target}
   */
  ExecResult runOnce(Digest image, List<String> command, Path file, String target, Duration timeout)
      throws BackendException;

  /**
   * Passes the agent's container's output on to the sink until it ends or, while following, the
   * sink declines.
   */
  void logs(AgentId id, LogQuery query, LogSink sink) throws BackendException;

  /**
   * Says whose container changed, as it happens, until the backend ends the stream or the thread is
   * interrupted. What it is now is to be asked for; a change may be said more than once.
   *
   * @param since changes from then on are not missed; those before may be said too
   * @param changed called for each change, by the calling thread
   */
  void watch(Instant since, Consumer<AgentId> changed) throws BackendException;

  /** Stores a secret under a name, in place of one that has it. */
  void putSecret(String name, byte[] value) throws BackendException;

  /** Whether there is a secret of this name. */
  boolean hasSecret(String name) throws BackendException;

  /** Removes a secret; done also where there is none. */
  void removeSecret(String name) throws BackendException;

  @Override
  void close();
}
