package dev.claw.cli;

import dev.claw.bootstrap.ImageRecipe;
import dev.claw.compiler.Compilation;
import dev.claw.compiler.CompileInput;
import dev.claw.compiler.HostFiles;
import dev.claw.compiler.ImageLookup;
import dev.claw.compiler.PolicyCompiler;
import dev.claw.compiler.Problem;
import dev.claw.compiler.TemplateCatalog;
import dev.claw.compiler.TemplateException;
import dev.claw.compiler.TemplateSnapshot;
import dev.claw.compiler.TemplateSource;
import dev.claw.model.AgentId;
import dev.claw.model.AgentName;
import dev.claw.model.Backend;
import dev.claw.model.BackendException;
import dev.claw.model.CompiledPolicy;
import dev.claw.model.CompiledPolicy.Versions;
import dev.claw.model.ContainerSpec.User;
import dev.claw.model.Digest;
import dev.claw.model.ImageInfo;
import dev.claw.model.MountRules;
import dev.claw.model.Quoted;
import dev.claw.supervisor.AgentRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gives the compiler what it wants to know of this host, and its problems to the person who waits.
 */
final class Compiling {
  private static final int LARGEST_FILTER = 1 << 20;
  private static final List<Path> HOST_FILTERS =
      List.of(
          Path.of("/etc/containers/seccomp.json"), Path.of("/usr/share/containers/seccomp.json"));

  private final Claw claw;

  Compiling(Claw claw) {
    this.claw = claw;
  }

  /** A template by name, or, where the text has a slash or ends in .yaml, from that file. */
  TemplateSource source(String template) throws CliException {
    try {
      if (template.contains("/") || template.endsWith(".yaml") || template.endsWith(".yml")) {
        return TemplateCatalog.read(claw.surroundings().workingFolder().resolve(template));
      }
      Optional<TemplateSource> found = claw.templates().find(template);
      if (found.isPresent()) {
        return found.get();
      }
    } catch (TemplateException e) {
      throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    }
    String hint =
        claw.templates()
            .nearest(template)
            .map(near -> "; did you mean '" + near + "'?")
            .orElse("; 'claw templates list' shows those that there are");
    throw new CliException(
        ExitCode.NOT_FOUND, "there is no template " + Quoted.of(template) + hint);
  }

  /** Compiles for an agent that is not made, without asking the backend for anything. */
  Compilation trial(TemplateSource source) throws CliException {
    AgentName name = new AgentName("agent");
    // Whether the image is here was not looked at, so nothing is to be said of it.
    ImageLookup unasked = reference -> Optional.of(Digest.of(""));
    CompileInput input = input(new AgentId("0".repeat(32)), name, unasked, defaultVersions());
    return new PolicyCompiler().compile(source, claw.templates(), input);
  }

  /** Compiles a template for a new agent; its warnings go to standard error. */
  CompiledPolicy compile(TemplateSource source, AgentId id, AgentName name)
      throws CliException, BackendException {
    return compile(
        id, name, input -> new PolicyCompiler().compile(source, claw.templates(), input));
  }

  /** Compiles again what an agent's own {@code template.yaml} holds now. */
  CompiledPolicy recompile(AgentRecord agent, String templateYaml)
      throws CliException, BackendException {
    try {
      String path = claw.home().agent(agent.name()).template().toString();
      TemplateSnapshot snapshot = TemplateSnapshot.parse(path, templateYaml);
      return compile(
          agent.id(), agent.name(), input -> new PolicyCompiler().compile(snapshot, input));
    } catch (TemplateException e) {
      throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
    }
  }

  private CompiledPolicy compile(
      AgentId id, AgentName name, Function<CompileInput, Compilation> compiler)
      throws CliException, BackendException {
    FoundImages images = new FoundImages(claw.backend());
    Compilation first =
        compiler.apply(input(id, name, images, images.versions(AgentImage.REFERENCE)));
    Compilation last = first;
    if (first instanceof Compilation.Compiled compiled) {
      // Which OpenClaw it is for is known when the template has said which image it wants.
      Versions versions = images.versions(compiled.policy().container().image().reference());
      if (!versions.equals(compiled.policy().versions())) {
        last = compiler.apply(input(id, name, images, versions));
      }
    }
    images.rethrow();
    return checked(last);
  }

  private CompiledPolicy checked(Compilation compilation) throws CliException {
    return switch (compilation) {
      case Compilation.Compiled compiled -> {
        compiled.warnings().forEach(warning -> claw.err().println(warning));
        yield compiled.policy();
      }
      case Compilation.Rejected rejected -> {
        rejected.problems().forEach(problem -> claw.err().println(problem));
        long errors =
            rejected.problems().stream()
                .filter(p -> p.severity() == Problem.Severity.ERROR)
                .count();
        throw new CliException(
            ExitCode.FAILED,
            errors + (errors == 1 ? " error" : " errors") + " in the template; nothing was made");
      }
    };
  }

  private CompileInput input(AgentId id, AgentName name, ImageLookup images, Versions versions)
      throws CliException {
    return new CompileInput(
        id,
        name,
        new User(claw.surroundings().uid(), claw.surroundings().gid()),
        claw.userHome(),
        claw.home().root(),
        claw.home().agent(name).path(),
        images,
        versions,
        hostFilter(),
        HostFiles.ofThisHost());
  }

  private static Versions defaultVersions() {
    return new Versions(ClawVersion.text(), ImageRecipe.openclawVersion());
  }

  private static String hostFilter() throws CliException {
    HostFiles files = HostFiles.ofThisHost();
    for (Path path : HOST_FILTERS) {
      if (files.look(path).kind() == MountRules.Kind.FILE) {
        try {
          return files.read(path, LARGEST_FILTER);
        } catch (IOException e) {
          throw new CliException(ExitCode.BACKEND, path + ": can't be read: " + e.getMessage(), e);
        }
      }
    }
    throw new CliException(
        ExitCode.BACKEND,
        HOST_FILTERS.getLast()
            + ": Podman's default seccomp filter is not there; install the package that holds it"
            + " (Debian: golang-github-containers-common)");
  }

  /**
   * Asks the backend once for each reference; a failure is kept until the compiler, which can't
   * throw it, is done.
   */
  private static final class FoundImages implements ImageLookup {
    private final Backend backend;
    private @org.jspecify.annotations.Nullable BackendException failure;

    FoundImages(Backend backend) {
      this.backend = backend;
    }

    @Override
    public Optional<Digest> find(String reference) {
      return look(reference).map(ImageInfo::digest);
    }

    Versions versions(String reference) {
      String openclaw =
          look(reference)
              .map(
                  image ->
                      image
                          .labels()
                          .getOrDefault(
                              ImageRecipe.OPENCLAW_VERSION_LABEL, ImageRecipe.openclawVersion()))
              .orElse(ImageRecipe.openclawVersion());
      return new Versions(ClawVersion.text(), openclaw);
    }

    private Optional<ImageInfo> look(String reference) {
      try {
        return backend.findImage(reference);
      } catch (BackendException e) {
        failure = e;
        return Optional.empty();
      }
    }

    void rethrow() throws BackendException {
      if (failure != null) {
        throw failure;
      }
    }
  }
}
