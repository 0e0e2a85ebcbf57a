"""Reads public collections of logs that the user has downloaded, and compares counts with another reader."""
