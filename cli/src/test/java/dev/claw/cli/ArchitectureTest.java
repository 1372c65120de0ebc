package dev.claw.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rooms and their arrows, as docs/architecture/rooms.md draws them. */
class ArchitectureTest {
  private static final String ROOT = "dev.claw.";

  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "model", Set.of(),
          "lock", Set.of("model"),
          "audit", Set.of("model", "lock"),
          "compiler", Set.of("model", "lock"),
          "backend.podman", Set.of("model"),
          "egress", Set.of("model", "audit"),
          "access", Set.of("model", "audit"),
          "bootstrap", Set.of(),
          "supervisor", Set.of("model", "lock", "audit", "egress", "access", "bootstrap"),
          "cli",
              Set.of(
                  "model",
                  "lock",
                  "audit",
                  "compiler",
                  "backend.podman",
                  "egress",
                  "access",
                  "bootstrap",
                  "supervisor"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.claw");

  static Stream<String> rooms() {
    return MAY_USE.keySet().stream().sorted();
  }

  @Test
  void everyRoomIsOnTheMap() {
    Set<String> found =
        CLASSES.stream().map(ArchitectureTest::room).collect(Collectors.toCollection(TreeSet::new));
    assertThat(found).isEqualTo(new TreeSet<>(MAY_USE.keySet()));
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void roomUsesOnlyWhatItMay(String room) {
    String[] forbidden =
        MAY_USE.keySet().stream()
            .filter(
                other ->
                    !other.equals(room) && !MAY_USE.getOrDefault(room, Set.of()).contains(other))
            .map(other -> ROOT + other + "..")
            .toArray(String[]::new);
    if (forbidden.length > 0) {
      noClasses()
          .that()
          .resideInAPackage(ROOT + room + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(forbidden)
          .check(CLASSES);
    }
  }

  @Test
  void modelDoesNoInputOrOutput() {
    noClasses()
        .that()
        .resideInAPackage("dev.claw.model..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.nio.file.Files")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.net..", "java.nio.channels..")
        .check(CLASSES);
  }

  @Test
  void everyRoomSaysWhatItIsFor() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : packages) {
      assertThat(CLASSES.stream().anyMatch(type -> type.getName().equals(name + ".package-info")))
          .as("package-info of " + name)
          .isTrue();
    }
  }

  @Test
  void nothingIsCalledByWhatItIsNot() {
    classes()
        .should()
        .haveNameNotMatching(".*(Util|Utils|Manager|Helper|Impl|Base)")
        .check(CLASSES);
  }

  @Test
  void nobodyButTheCommandTouchesTheStandardStreams() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.claw.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }

  private static String room(JavaClass type) {
    String rest = type.getPackageName().substring(ROOT.length());
    return Arrays.stream(new String[] {"backend.podman"})
        .filter(rest::startsWith)
        .findFirst()
        .orElseGet(() -> rest.split("\\.", 2)[0]);
  }
}
