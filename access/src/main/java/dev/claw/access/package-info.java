/** Who may act on which agent from where: pairings, roles, tokens and the chats they stand for. */
@NullMarked
package dev.claw.access;

import org.jspecify.annotations.NullMarked;
