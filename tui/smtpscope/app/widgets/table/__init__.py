"""The table of groups and events: its outline, its rows, its drawing."""
