"""Events beside the refusals: no rows, and counted with the other records."""
