package dev.claw.model;

/**
 * Who did something, as the audit log names it.
 *
 * @param kind the way in: {@code cli}, {@code supervisor}, {@code telegram}
 * @param name the person, such as {@code ann(1000)}; never a secret
 */
public record Actor(String kind, String name) {
  @Override
  public String toString() {
    return kind + ":" + name;
  }
}
