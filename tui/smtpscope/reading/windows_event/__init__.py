"""Windows events in any form: providers, levels, values, elements."""
