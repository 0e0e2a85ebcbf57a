"""Exchanges as data: JSON lines, ECS, CSV, Parquet."""
