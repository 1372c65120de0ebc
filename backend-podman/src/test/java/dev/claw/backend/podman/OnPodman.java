package dev.claw.backend.podman;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A small image for each class and a backend with nothing of its own left for each test. */
abstract class OnPodman {
  static TestImage image;
  Host host;

  @BeforeAll
  static void buildImage() throws Exception {
    image = TestImage.build();
  }

  @AfterAll
  static void removeImage() throws Exception {
    image.close();
  }

  @BeforeEach
  void openHost() throws Exception {
    host = new Host(image);
  }

  @AfterEach
  void closeHost() throws Exception {
    host.close();
  }
}
