"""The JSON Schemas beside the knowledge files say what the types say, and each file names its own."""

from __future__ import annotations

import json
from pathlib import Path

from smtpscope.knowledge.files.knowledge_files import AREAS, FILES_BESIDE, area_files, bundled_folder
from support.knowledge_schema import schemas

SCHEMAS = schemas()
FOLDER = bundled_folder()
FILES = [path for area in AREAS for path in area_files(FOLDER, area)]
FILES += [FOLDER / name for name in FILES_BESIDE if (FOLDER / name).is_file()]


def test_the_schemas_are_those_of_the_types() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "schema").glob("*")}
    assert written == SCHEMAS, "run: make docs"


def test_each_file_names_its_schema_in_the_first_line() -> None:
    assert FILES
    for path in FILES:
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        assert first.startswith("#:schema "), path
        schema = (path.parent / first.removeprefix("#:schema ")).resolve()
        assert schema.is_relative_to(FOLDER), path
        tables = json.loads(SCHEMAS[schema.name])["properties"].keys() & {*first_tables(path)}
        assert len(tables) == 1, path


def first_tables(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip("[]").partition(".")[0] for line in lines if line.startswith("[")]
