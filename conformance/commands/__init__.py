"""One module for each command, each with `execute(arguments) -> Exit`."""
