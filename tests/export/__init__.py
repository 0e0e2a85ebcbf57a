"""Tests of the formats, of masking and of writing."""
