"""When something happened, divided by what matters."""
