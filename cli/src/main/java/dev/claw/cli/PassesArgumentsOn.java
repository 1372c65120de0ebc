package dev.claw.cli;

/**
 * A command whose arguments behind the agent's name are those of a program inside the container.
 */
interface PassesArgumentsOn {}
