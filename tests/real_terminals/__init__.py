"""The browser in the terminals that are installed, under Xvfb: keys, mouse, copies and what is left at the end."""
