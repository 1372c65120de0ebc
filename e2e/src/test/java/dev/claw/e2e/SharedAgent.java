package dev.claw.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One running agent for all tests that only look at one: it takes a while until OpenClaw is ready.
 * It is made for the first test that asks and removed after the last test of all.
 */
final class SharedAgent implements AutoCloseable {
  private final Claw claw;
  private final String name;

  private SharedAgent() {
    claw = Claw.fresh().tolerant();
    name = claw.create("coder");
    CommandResultAssert.assertThat(
            claw.command("start", name).with("E2E_CANARY", "of-the-host").run())
        .succeeds();
  }

  Claw claw() {
    return claw;
  }

  String name() {
    return name;
  }

  CommandResult exec(String... words) {
    List<String> all = new java.util.ArrayList<>(List.of("exec", name, "--"));
    all.addAll(List.of(words));
    return claw.command(all.toArray(String[]::new)).with("E2E_CANARY", "of-the-host").run();
  }

  CommandResult shell(String script) {
    return exec("sh", "-c", script);
  }

  @Override
  public void close() {
    claw.close();
  }

  /** Gives tests the agent as a parameter. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @ExtendWith(Resolver.class)
  @interface Wanted {}

  /** Keeps it in the root's store, which closes it. */
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType().equals(SharedAgent.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(SharedAgent.class))
          .computeIfAbsent("agent", key -> new SharedAgent(), SharedAgent.class);
    }
  }
}
