package dev.claw.compiler;

/**
 * A template as a person wrote it.
 *
 * @param name by which it is found
 * @param path what messages call the file
 * @param text of one YAML document
 */
public record TemplateSource(String name, String path, String text) {}
