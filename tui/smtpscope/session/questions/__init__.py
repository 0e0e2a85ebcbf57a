"""What the screens ask about some rows, and the answers from memory."""
