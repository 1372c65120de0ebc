/** The way in from Telegram: what people write to a bot becomes questions to the gate, and acts. */
@NullMarked
package dev.claw.access.telegram;

import org.jspecify.annotations.NullMarked;
