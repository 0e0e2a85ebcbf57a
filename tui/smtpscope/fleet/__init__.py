"""Reads many logs with many workers into a set of Parquet parts, and keeps that set in order."""
