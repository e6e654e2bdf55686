"""Everything that a run needs around a subject: emulator, gateway, virtual time, outside actors, faults."""
