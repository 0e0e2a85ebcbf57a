"""Measures the knowledge base and writes the figures into a document: `make evaluate`.

`python -m support.evaluation docs/evaluation.md [LABELLED.jsonl]` with tests/ on the path. The figures are those of
`smtpscope kb evaluate`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from smtpscope.export.evaluation_text import evaluation_markdown
from smtpscope.knowledge.authoring.evaluation import evaluate_examples
from smtpscope.knowledge.base import KnowledgeBase
from support.made_docs import with_part


def main() -> int:
    document, *files = map(Path, sys.argv[1:])
    base = KnowledgeBase.load()
    figures = "\n".join(evaluation_markdown(evaluate_examples(base, file)) for file in (None, *files))
    print(figures)
    text = with_part(document.read_bytes().decode("utf-8"), "evaluate", figures.rstrip("\n"))
    document.write_bytes(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
