"""Reading logs by several processes, with the result of reading them one after the other."""
