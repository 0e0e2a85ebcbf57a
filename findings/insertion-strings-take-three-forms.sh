#!/bin/sh
# python-evtx 0.8.1 and evtx 0.14.0 (the Python package of the Rust reader), the same classic event with six insertion
# strings, which an .evtx stores as one array of strings.
#
# Expected: both give six <Data> elements, as Event Viewer's XML has them, and the JSON of the Rust reader has a list.
# Seen: python-evtx writes one <Data>, in it the six strings as <string> elements whose angle brackets are escaped, so
# that an XML parser sees a single text. The Rust reader's XML has six <Data>; its JSON has one object "Data" whose
# "#text" is the list. The time, too, has two forms: "2026-03-02 08:38:45.275000+00:00" and "2026-03-02T08:38:45.275000Z".
# For us: the strings of an event are looked for in all three places (reading/event_exports/fields/).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
log=$here/../data/samples/EXCH01-Application.evtx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check python-evtx==0.8.1 evtx==0.14.0

"$work/venv/bin/python" - "$log" <<'PYTHON'
import json
import sys
from xml.etree import ElementTree

from evtx import PyEvtxParser
from Evtx.Evtx import Evtx

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"


def data(xml):
    # What comes before the root is a declaration that names an encoding, which a text can't have.
    return [each.text for each in ElementTree.fromstring(xml[xml.index("<Event ") :]).iter(f"{NAMESPACE}Data")]


def first(records, sign):
    return next(text for text in records if sign in text)


path = sys.argv[1]
rust_xml = data(first((each["data"] for each in PyEvtxParser(path).records()), ">7004<"))
rust_json = json.loads(first((each["data"] for each in PyEvtxParser(path).records_json()), '"#text":7004'))
with Evtx(path) as opened:
    python_text = first((record.xml() for record in opened.records()), ">7004<")
python_xml = data(python_text)

print("Rust, XML: ", rust_xml)
print("Rust, JSON:", rust_json["Event"]["EventData"]["Data"])
print("python-evtx:", python_xml)
as_described = (
    len(rust_xml) == 6
    and rust_json["Event"]["EventData"]["Data"] == {"#text": rust_xml}
    and len(python_xml) == 1
    and python_xml[0].count("<string>") == 6
    and "+00:00" in python_text
)
if not as_described:
    sys.exit("CHANGED")
print("As described: six elements, a list in one object, and one text with escaped elements.")
PYTHON
