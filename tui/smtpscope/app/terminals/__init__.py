"""What real terminals need beyond what Textual does: less output, an orderly end, colours that can be read."""
