"""The tables of the workspace, as migrations from each version to the next."""

from __future__ import annotations

from typing import Final

# AUTOINCREMENT: states refer to files by id, so an id must never be reused for another file.
_FIRST = """
CREATE TABLE known_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name BLOB NOT NULL,
    path BLOB NOT NULL,
    head_length INTEGER NOT NULL,
    head_hash BLOB NOT NULL
);
CREATE INDEX known_file_head ON known_file (name, head_length, head_hash);
CREATE TABLE mark (
    file INTEGER NOT NULL REFERENCES known_file (id) ON DELETE CASCADE,
    direction TEXT NOT NULL,
    host_key BLOB NOT NULL,
    code INTEGER NOT NULL,
    category BLOB NOT NULL,
    PRIMARY KEY (file, direction, host_key, code, category)
) WITHOUT ROWID;
CREATE TABLE note (
    file INTEGER NOT NULL REFERENCES known_file (id) ON DELETE CASCADE,
    direction TEXT NOT NULL,
    host_key BLOB NOT NULL,
    code INTEGER NOT NULL,
    category BLOB NOT NULL,
    content TEXT NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (file, direction, host_key, code, category)
);
CREATE TABLE log_state (
    files BLOB PRIMARY KEY,
    turn INTEGER NOT NULL,
    position TEXT NOT NULL,
    filter_text TEXT NOT NULL,
    grouping TEXT NOT NULL,
    sort TEXT NOT NULL,
    descending INTEGER NOT NULL,
    layout TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE saved_view (
    folded_name TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    filter_text TEXT NOT NULL,
    grouping TEXT NOT NULL,
    sort TEXT NOT NULL,
    descending INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE used_filter (
    filter_text TEXT PRIMARY KEY,
    turn INTEGER NOT NULL
) WITHOUT ROWID;
"""

_OUR_ADDRESSES = """
CREATE TABLE our_address (
    server BLOB PRIMARY KEY,
    address TEXT NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS: Final[tuple[str, ...]] = (_FIRST, _OUR_ADDRESSES)
"""Script i migrates version i to i + 1; released scripts never change, new ones are appended."""
