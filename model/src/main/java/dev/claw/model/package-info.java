/**
 * Records and sealed outcomes that every room shares, and the Backend interface; nothing here does
 * I/O.
 */
@NullMarked
package dev.claw.model;

import org.jspecify.annotations.NullMarked;
