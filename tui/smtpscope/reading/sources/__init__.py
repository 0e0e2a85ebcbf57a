"""From the user's arguments to sources of bytes: files, folders, archives, pipes."""
