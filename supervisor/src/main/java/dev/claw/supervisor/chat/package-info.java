/** What a chat has done with agents, by the same services as the commands. */
@NullMarked
package dev.claw.supervisor.chat;

import org.jspecify.annotations.NullMarked;
