"""What the user named -> sources of bytes: files, folders, archives, pipes."""
