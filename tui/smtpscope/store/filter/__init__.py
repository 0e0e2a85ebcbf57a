"""The filter language: grammar, fields, values, evaluation, editing, suggestions."""
