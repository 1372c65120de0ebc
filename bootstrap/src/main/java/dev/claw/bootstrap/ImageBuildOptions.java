package dev.claw.bootstrap;

import java.nio.file.Path;
import java.util.List;

/**
 * What to build.
 *
 * @param tags names that the image gets once it is whole; at least one
 * @param source what the image stands on
 * @param noCache fetch and make everything anew, newer Debian packages among it
 * @param cacheFolder absolute; keeps packages and layers for the next build, about 1 GB
 * @param logFile absolute; replaced by the output of everything that the build runs
 */
public record ImageBuildOptions(
    List<String> tags, ImageSource source, boolean noCache, Path cacheFolder, Path logFile) {

  public ImageBuildOptions {
    tags = List.copyOf(tags);
    if (tags.isEmpty()) {
      throw new IllegalArgumentException("tags: expected at least one name for the image");
    }
    for (String tag : tags) {
      if (tag.isBlank() || tag.startsWith("-") || tag.chars().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "tag: expected a name such as localhost/claw-openclaw-agent, found '" + tag + "'");
      }
    }
    if (!cacheFolder.isAbsolute() || !logFile.isAbsolute()) {
      throw new IllegalArgumentException(
          "cache folder and log file: expected absolute paths, found "
              + cacheFolder
              + " and "
              + logFile);
    }
  }
}
