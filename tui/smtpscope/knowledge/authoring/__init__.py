"""For those who write knowledge: inspection, evaluation, own notes."""
