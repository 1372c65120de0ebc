package dev.claw.audit;

import dev.claw.model.Digest;
import dev.claw.model.Quoted;
import java.time.Instant;
import java.util.List;

/** What became of a log's verification. */
public sealed interface AuditVerdict {
  /** The verdict in one sentence without a full stop, fit for a terminal. */
  String sentence();

  /** Every record is as it was written, and none is missing at the end. */
  record Intact(long records, long checkpoints, Digest lastHash) implements AuditVerdict {
    @Override
    public String sentence() {
      return records + " records, " + checkpoints + " checkpoints, intact";
    }
  }

  /** As {@link Intact}, but for losses that were acknowledged when they were noticed. */
  record Gapped(long records, long checkpoints, Digest lastHash, List<Gap> gaps)
      implements AuditVerdict {
    /** Copies the list; it is not empty. */
    public Gapped {
      gaps = List.copyOf(gaps);
    }

    @Override
    public String sentence() {
      Gap first = gaps.getFirst();
      return records
          + " records with "
          + gaps.size()
          + (gaps.size() == 1 ? " gap" : " gaps")
          + ", the first in line "
          + first.line()
          + ": "
          + first.sentence();
    }
  }

  /**
   * A loss that somebody acknowledged.
   *
   * @param line of the record that says so
   * @param firstMissing sequence
   * @param lastMissing sequence; less than {@code firstMissing} where how many are missing is not
   *     known
   */
  record Gap(long line, long firstMissing, long lastMissing, Instant acknowledged, String actor) {
    /** The loss in one sentence without a full stop. */
    public String sentence() {
      return (lastMissing < firstMissing
              ? "an unknown number of records from " + firstMissing + " on may be missing"
              : "records " + firstMissing + " to " + lastMissing + " are missing")
          + ", acknowledged by "
          + Quoted.visible(actor)
          + " at "
          + acknowledged;
    }
  }

  /**
   * A record is not as it was written.
   *
   * @param line the first bad one, from 1
   * @param sequence that stands or should stand there
   * @param why what was expected and what was found
   */
  record Broken(long line, long sequence, String why) implements AuditVerdict {
    @Override
    public String sentence() {
      return "line " + line + ", record " + sequence + ": " + why;
    }
  }

  /** All sealed records are as they were written; what follows them is the rest of a crash. */
  record Torn(long line, long lastSequence, String why) implements AuditVerdict {
    @Override
    public String sentence() {
      return "records up to "
          + lastSequence
          + " are intact; line "
          + line
          + " was cut off by a crash ("
          + why
          + "), the next append sets it aside";
    }
  }

  /** Records at the end are missing. */
  record Cut(long lastSequence, long headSequence) implements AuditVerdict {
    @Override
    public String sentence() {
      return "records "
          + (lastSequence + 1)
          + " to "
          + headSequence
          + " are missing at the end: the signed head knows them";
    }
  }

  /** There is neither a record nor a head: a chain that has begun was taken away whole. */
  record Missing() implements AuditVerdict {
    @Override
    public String sentence() {
      return "expected a chain, which begins with what it is about, found neither records nor a"
          + " head";
    }
  }

  /**
   * The head is not there: whether records are missing at the end can't be told. So it is with an
   * exported log.
   *
   * @param sealed the last record that a signed checkpoint vouches for; 0 for none
   */
  record NoHead(long records, long checkpoints, long sealed) implements AuditVerdict {
    @Override
    public String sentence() {
      return records
          + " records without a head: those up to "
          + sealed
          + " are vouched for by a checkpoint, a loss at the end would not show";
    }
  }

  /** The head is not what claw wrote. */
  record BadHead(String why) implements AuditVerdict {
    @Override
    public String sentence() {
      return "head: " + why;
    }
  }
}
