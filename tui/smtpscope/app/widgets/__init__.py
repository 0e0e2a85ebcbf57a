"""Widgets: data comes down in reactives, messages go up; none knows the session."""
