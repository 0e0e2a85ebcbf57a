#!/bin/sh
# logfmt 0.4 (the Python package), lines of name=value as Go's slog and logrus write them.
#
# Expected: a quoted value may have escapes, such as \n between the lines of an SMTP reply, and the pairs behind it are
# read as always.
# Seen: every escape but \" makes the value the word True, and all pairs behind it, the recipient among them, are
# missing without an error: the quote that ends the value is taken for an escaped one. An equals sign in a bare value
# ends it, too, so a value such as reply=550=x is cut.
# For us: quoted values are read with all escapes, and a line is taken apart by ourselves (reading/wrappers/value_pairs).
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check logfmt==0.4

"$work/venv/bin/python" - <<'PYTHON'
import sys

import logfmt

LINES = (
    r'level=error msg="550 \"no\" such user" to=ann@example.org',
    r'level=error msg="550-no such user\n550 see our page" to=ann@example.org',
    "level=error reply=550=x to=ann@example.org",
)
found = list(logfmt.parse(iter(LINES)))
for line, values in zip(LINES, found):
    print(line)
    print("   ", values)
as_described = found == [
    {"level": "error", "msg": '550 "no" such user', "to": "ann@example.org"},
    {"level": "error", "msg": True},
    {"level": "error", "reply": "550", "x": True, "to": "ann@example.org"},
]
if not as_described:
    sys.exit("CHANGED")
print("As described: behind an escaped line end, the value and all other pairs are missing.")
PYTHON
