#!/bin/sh
# flow.record 3.21 (rdump, the record tool of the dissect family), its CSV writer.
#
# Expected: one CSV file has one head row, with the columns of all record types or of the first.
# Seen: a new head row is written in the middle of the file whenever the next record is of another type, also when the
# type was there before, and the rows below it have other columns. A CSV library takes each such head for a row of data.
# For us: a table of events may change its columns at any row (reading/event_exports/tables/).
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check flow.record==3.21
cd "$work"

venv/bin/python - <<'PYTHON'
from flow.record import RecordDescriptor, RecordWriter

refusal = RecordDescriptor("smtp/refusal", [("string", "host"), ("string", "reply")])
event = RecordDescriptor("windows/event", [("uint32", "event_id"), ("string", "host")])
with RecordWriter("events.records") as writer:
    writer.write(refusal("mx1.example.com", "550 5.1.1 no such user"))
    writer.write(event(7004, "mx1.example.com"))
    writer.write(refusal("mx2.example.com", "450 4.2.0 greylisted"))
PYTHON
venv/bin/rdump -w csvfile://events.csv events.records
cut -d , -f 1,2 events.csv

if [ "$(grep -c '_source,_classification' events.csv)" = 3 ]; then
    echo "As described: three head rows for three records of two types."
else
    echo "CHANGED"
    exit 1
fi
