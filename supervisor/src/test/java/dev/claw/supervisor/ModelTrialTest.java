package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.claw.model.AgentName;
import dev.claw.model.ModelPolicy;
import dev.claw.model.NetworkProfile;
import dev.claw.supervisor.SupervisorException.Reason;
import dev.claw.supervisor.resident.ResidentFolder;
import dev.claw.supervisor.resident.ResidentProcess;
import dev.claw.supervisor.resident.ResidentStart;
import dev.claw.supervisor.resident.SupervisorClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over the real resident process and broker, to a small HTTP server on loopback. */
@Timeout(60)
class ModelTrialTest {
  private static final String KEY = "sk-0123456789";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile UnaryOperator<String> answer = request -> "200 {}";
  private HttpServer provider;
  private Fixture fixture;
  private SupervisorClient client;

  @BeforeEach
  void make() throws Exception {
    Path folder = Files.createTempDirectory("claw"); // not JUnit's: a socket's path is short
    fixture = Fixture.initialised(folder.resolve("host"));
    provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.setExecutor(threads);
    provider.createContext("/", this::serve);
    provider.start();
    ResidentFolder sockets = new ResidentFolder(folder.resolve("run"));
    client =
        new SupervisorClient(
            sockets,
            fixture.host.home().supervisorLock(),
            new ResidentStart(List.of(), folder.resolve("log")));
    ProviderSecrets secrets = new ProviderSecrets(fixture.host, Map.of());
    secrets.set("local-key", new SecretSource.Value(KEY));
    ResidentProcess process =
        new ResidentProcess(
            fixture.host,
            sockets,
            fixture.resident("1", secrets, Optional.empty(), Optional.empty()),
            line -> {});
    threads.execute(
        () -> {
          try {
            process.run();
          } catch (SupervisorException e) {
            throw new AssertionError(e);
          } finally {
            ended.countDown();
          }
        });
    while (client.status().isEmpty()) {
      assertThat(ended.getCount()).isEqualTo(1);
      Thread.onSpinWait();
    }
    fixture.egress.real = client;
  }

  @AfterEach
  void end() throws Exception {
    client.stop();
    provider.stop(0);
    threads.shutdownNow();
  }

  private void serve(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String request =
          exchange.getRequestURI()
              + " "
              + exchange.getRequestHeaders().getFirst("Authorization")
              + " "
              + body;
      requests.add(request);
      String given = answer.apply(request);
      byte[] bytes = given.substring(4).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(Integer.parseInt(given.substring(0, 3)), bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private ModelPolicy.Provider provider(String id, String api, String secret, String... models) {
    return new ModelPolicy.Provider(
        id,
        api,
        "http://127.0.0.1:" + provider.getAddress().getPort() + "/base",
        secret,
        List.of(models).stream().map(model -> new ModelPolicy.Model(model, 1000, 100)).toList());
  }

  private List<ModelTrial.Outcome> tried(ModelPolicy.Provider... providers) throws Exception {
    fixture.models = new ModelPolicy("local/small", List.of(providers));
    fixture.create(CODER);
    return run(Optional.empty());
  }

  private List<ModelTrial.Outcome> run(Optional<String> only) throws SupervisorException {
    return new ModelTrial(fixture.host, Duration.ofSeconds(30)).run(CODER, only);
  }

  private static String trouble(List<ModelTrial.Outcome> outcomes) {
    assertThat(outcomes).hasSize(1);
    assertThat(outcomes.getFirst().works()).isFalse();
    return outcomes.getFirst().trouble().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          openai-completions   | /base/chat/completions                    | "max_tokens":1
          openai-responses     | /base/responses                           | "max_output_tokens":16
          anthropic-messages   | /base/v1/messages                         | "max_tokens":1
          google-generative-ai | /base/models/small:generateContent        | "maxOutputTokens":1
          ollama               | /base/api/chat                            | "num_predict":1
          """)
  void callsOneTokenAsTheApiWantsIt(String api, String path, String limit) throws Exception {
    assertThat(tried(provider("local", api, "", "small", "other")))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.trouble()).isEmpty();
              assertThat(outcome.works()).isTrue();
              assertThat(outcome.model()).isEqualTo("small");
              assertThat(outcome.status()).contains(200);
            });
    assertThat(requests).singleElement().asString().startsWith(path + " ").contains(limit);
    client.stop(); // nobody waits for the outcome of a call that has been answered
    assertThat(fixture.events(fixture.coder().audit()))
        .containsSubsequence("model.call intent", "model.call DONE");
  }

  @Test
  void eachProviderIsTriedAndOneCanBeChosen() throws Exception {
    List<ModelTrial.Outcome> outcomes =
        tried(
            provider("first", "openai-completions", "local-key", "a"),
            provider("local", "openai-completions", "", "other", "small"));
    assertThat(outcomes).extracting(ModelTrial.Outcome::model).containsExactly("a", "small");
    assertThat(requests.getFirst()).contains("Bearer " + KEY);
    assertThat(run(Optional.of("local")))
        .extracting(ModelTrial.Outcome::provider)
        .containsExactly("local");
    assertRefused(Reason.NOT_FOUND, () -> run(Optional.of("none\u001b")))
        .hasMessageContaining("no provider 'none\\u001b'");
  }

  @Test
  void anotherNameOfTheLimitIsTriedWhereTheFirstIsNotUnderstood() throws Exception {
    answer = request -> request.contains("max_completion_tokens") ? "200 {}" : "400 {}";
    assertThat(tried(provider("local", "openai-completions", "", "small")))
        .extracting(ModelTrial.Outcome::works)
        .containsExactly(true);
    assertThat(requests).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          401 {"error":{"message":"wrong \\u001b[2J key"}} | does not accept the key 'local-key' (status 401); set another one with 'claw secret set local-key'; it says: wrong \\u001b[2J key
          404 {"error":{"message":"no such model"}}        | has no model 'small', or its baseUrl is another (status 404); it says: no such model
          404 <html>                                       | (status 404)
          429 {"message":"slow down"}                      | limits the rate or the quota is used up (status 429); it says: slow down
          500 {}                                           | failed with status 500
          """)
  void saysInASentenceWhatTheProviderDidNotLike(String given, String sentence) throws Exception {
    answer = request -> given;
    assertThat(trouble(tried(provider("local", "openai-completions", "local-key", "small"))))
        .endsWith(sentence);
  }

  @Test
  void saysThatThereIsNoKey() throws Exception {
    assertThat(trouble(tried(provider("local", "openai-completions", "other-key", "small"))))
        .contains("no key 'other-key'", "claw secret set other-key");
    assertThat(requests).isEmpty();
  }

  @Test
  void saysThatNobodyIsThere() throws Exception {
    ModelPolicy.Provider gone = provider("local", "openai-completions", "", "small");
    provider.stop(0);
    assertThat(trouble(tried(gone)))
        .startsWith("claw can't reach the provider: 127.0.0.1:")
        .endsWith("did not accept a connection; does it run, and is baseUrl right?");
    client.stop();
    assertThat(fixture.records(fixture.coder().audit()))
        .anySatisfy(
            record -> assertThat(record.event().details()).containsEntry("reason", "connect"));
  }

  @Test
  void saysThatItIsNoTls() throws Exception {
    ModelPolicy.Provider plain = provider("local", "openai-completions", "", "small");
    assertThat(
            trouble(
                tried(
                    new ModelPolicy.Provider(
                        plain.id(),
                        plain.api(),
                        plain.baseUrl().replace("http:", "https:"),
                        "",
                        plain.models()))))
        .contains("can't reach the provider")
        .contains("TLS");
  }

  @Test
  void saysThatThereWasNoAnswerInTime() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    answer =
        request -> {
          try {
            over.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return "200 {}";
        };
    fixture.models =
        new ModelPolicy(
            "local/small", List.of(provider("local", "openai-completions", "", "small")));
    fixture.create(CODER);
    List<ModelTrial.Outcome> outcomes =
        new ModelTrial(fixture.host, Duration.ofSeconds(1)).run(CODER, Optional.empty());
    over.countDown();
    assertThat(trouble(outcomes)).isEqualTo("the provider 'local' did not answer within 1 s");
  }

  @Test
  void saysThatTheBrokerCannotCarryAnApi() throws Exception {
    assertThat(trouble(tried(provider("local", "bedrock", "", "small"))))
        .isEqualTo("the model broker can't carry the api bedrock");
    assertThat(requests).isEmpty();
  }

  @Test
  void anOpenNetworkHasABrokerAndNoNetworkHasNone() throws Exception {
    fixture.network = NetworkProfile.OPEN;
    assertThat(tried(provider("local", "openai-completions", "", "small")))
        .singleElement()
        .matches(ModelTrial.Outcome::works);
    AgentName offline = new AgentName("offline");
    fixture.network = NetworkProfile.OFFLINE;
    fixture.create(offline);
    assertRefused(
            Reason.REFUSED,
            () ->
                new ModelTrial(fixture.host, Duration.ofSeconds(30)).run(offline, Optional.empty()))
        .hasMessageContaining("network is offline");
  }

  @Test
  void anAgentWithoutAModelIsRefused() throws Exception {
    fixture.models = new ModelPolicy("", List.of());
    fixture.create(CODER);
    assertRefused(Reason.REFUSED, () -> run(Optional.empty())).hasMessageContaining("no model");
    assertThat(fixture.egress.served).isEmpty();
    assertRefused(
        Reason.NOT_FOUND,
        () ->
            new ModelTrial(fixture.host, Duration.ofSeconds(1))
                .run(new AgentName("nobody"), Optional.empty()));
    assertThat(requests).isEmpty();
  }
}
