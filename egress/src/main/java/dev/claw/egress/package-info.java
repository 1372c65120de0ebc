/** Decides and carries what an agent sends out: rules, names, the proxy, the model broker. */
@NullMarked
package dev.claw.egress;

import org.jspecify.annotations.NullMarked;
