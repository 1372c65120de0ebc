package dev.claw.cli;

import java.util.concurrent.Callable;

/** A command that changes nothing, so that a signal may end it at any moment. */
interface LooksOnly extends Callable<ExitCode> {}
