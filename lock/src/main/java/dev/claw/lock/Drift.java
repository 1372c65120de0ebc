package dev.claw.lock;

import dev.claw.model.Digest;
import dev.claw.model.Quoted;

/** One difference between a lock and reality. */
public sealed interface Drift {
  /** The difference in one sentence, without a full stop, fit for a terminal. */
  String sentence();

  /** A file beside the lock has other bytes. */
  record ChangedFile(String name, Digest expected, Digest found) implements Drift {
    @Override
    public String sentence() {
      return name
          + " was changed: the lock names "
          + expected.abbreviated()
          + ", the file is "
          + found.abbreviated();
    }
  }

  /** A file beside the lock is gone. */
  record MissingFile(String name) implements Drift {
    @Override
    public String sentence() {
      return name + " is missing, which the lock names";
    }
  }

  /** A file beside the lock is there and can't be read. */
  record UnreadableFile(String name, String why) implements Drift {
    @Override
    public String sentence() {
      return name + ": " + why;
    }
  }

  /** The reference now stands for another image, or another image runs. */
  record ChangedImage(String reference, Digest expected, Digest found) implements Drift {
    @Override
    public String sentence() {
      return "image "
          + Quoted.visible(reference)
          + " was changed: the lock names "
          + expected.abbreviated()
          + ", found "
          + found.abbreviated();
    }
  }

  /** The image is not on the host, or the lock names no digest of it. */
  record MissingImage(String reference) implements Drift {
    @Override
    public String sentence() {
      return "image " + Quoted.visible(reference) + " is not there by the digest that is locked";
    }
  }

  /** A setting of the running container is not what was locked. */
  record ChangedSetting(String setting, String expected, String found) implements Drift {
    @Override
    public String sentence() {
      return Quoted.visible(setting)
          + ": expected "
          + Quoted.visible(expected)
          + ", found "
          + Quoted.visible(found);
    }
  }

  /** A limit is not in force, or a wider one is. */
  record UnenforcedLimit(String limit, String expected, String found) implements Drift {
    @Override
    public String sentence() {
      return "limit " + limit + " is not enforced: expected " + expected + ", found " + found;
    }
  }
}
