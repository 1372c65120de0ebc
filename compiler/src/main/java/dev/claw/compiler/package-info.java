/** Turns a template into a resolved policy and its artefacts, and says in words what holds. */
@NullMarked
package dev.claw.compiler;

import org.jspecify.annotations.NullMarked;
