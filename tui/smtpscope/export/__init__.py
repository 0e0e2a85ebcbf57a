"""An incident or a selection -> markdown, html, text, json, jsonl, csv."""
