"""Events that are in several logs: found and left out, or told where nobody can be sure."""
