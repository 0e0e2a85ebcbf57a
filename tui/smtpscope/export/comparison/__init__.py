"""Two logs or two periods side by side: what is new, gone, more or fewer."""
