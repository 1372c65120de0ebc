/** The agent image: its recipe, the build of it, and what runs inside it as the first process. */
@NullMarked
package dev.claw.bootstrap;

import org.jspecify.annotations.NullMarked;
