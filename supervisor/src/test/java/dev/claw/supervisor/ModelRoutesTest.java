package dev.claw.supervisor;

import static dev.claw.supervisor.Fixture.CODER;
import static dev.claw.supervisor.Fixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.claw.supervisor.SupervisorException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which models an agent reaches by which way, and whether the key is there. */
class ModelRoutesTest {
  @TempDir Path folder;
  private Fixture fixture;

  @BeforeEach
  void make() throws Exception {
    fixture = new EgressScene(folder).fixture;
  }

  @Test
  void routesOfModelsSayWhichKeysAreThere() throws Exception {
    ModelRoutes routes = new ModelRoutes(fixture.host, Map.of());
    List<ModelRoutes.Route> all = routes.list(Optional.empty()).routes();
    assertThat(all).extracting(ModelRoutes.Route::provider).containsExactly("a", "local");
    assertThat(all.get(0).primary()).contains("one");
    assertThat(all.get(0).models()).containsExactly("one", "two");
    assertThat(all.get(0).agentUrl()).contains("http://127.0.0.1:3129/v1/providers/a");
    assertThat(all.get(0).secret()).contains("anthropic");
    assertThat(all.get(0).secretSet()).contains(false);
    assertThat(all.get(1).secret()).isEmpty();
    assertThat(all.get(1).secretSet()).isEmpty();
    new ProviderSecrets(fixture.host, Map.of()).set("anthropic", new SecretSource.Value("k"));
    assertThat(routes.list(Optional.of(CODER)).routes().getFirst().secretSet()).contains(true);
    Files.delete(fixture.coder().lock());
    assertThat(routes.list(Optional.empty()).problems()).hasSize(1);
    assertRefused(Reason.DRIFT, () -> routes.list(Optional.of(CODER)));
  }
}
