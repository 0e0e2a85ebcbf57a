"""The documentation as a web site, made by Sphinx: `make docs-site`.

The folder that it reads is the repository itself, so that a link between the README and a page in docs/ leads to the
same place on the site and in a checkout.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
with (ROOT / "pyproject.toml").open("rb") as stream:
    description = tomllib.load(stream)["project"]["description"]

project = "smtpscope"
extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**.md"]
exclude_patterns = [".*", "bench", "data", "dist", "findings", "man", "site", "tests", "tui"]
# Links such as keys.md#all-keys lead to headings.
myst_heading_anchors = 3
html_theme = "furo"
html_title = "smtpscope"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
# Examples are for several shells; none of them is highlighted unless it says what it is.
highlight_language = "none"
