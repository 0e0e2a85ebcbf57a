"""A campaign against the readers: damaged logs of every format, and what must be true of each whatever the damage."""
