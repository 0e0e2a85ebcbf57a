"""The report as HTML, in a real browser: what it shows on a desk and on a phone, where rows lead, how it is sorted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli import chromium
from cli.conftest import Smtpscope
from support.made_docs import ROOT

SAMPLES = ROOT / "data/samples"

_ONE_LINE = """[...document.querySelectorAll('.wide td:nth-child(8), .wide td:nth-child(9)')]
    .every(cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getClientRects().length <= 1;
    })"""
_FITS = "document.documentElement.scrollWidth <= window.innerWidth"
_ROWS = "[...document.querySelectorAll('tbody')[0].rows].map(row => [row.className, row.cells[{}].textContent])"


def _written(smtpscope: Smtpscope, folder: Path) -> Path:
    page = folder / "report.html"
    assert smtpscope("report", SAMPLES, "-o", page).exit_code == 0
    return page


def test_rows_lead_to_summaries_in_the_same_page(smtpscope: Smtpscope, tmp_path: Path) -> None:
    page = _written(smtpscope, tmp_path).read_text(encoding="utf-8")
    links = re.findall(r'href="#incident-(\d+)"', page)
    ids = set(re.findall(r'<article id="incident-(\d+)"', page))
    assert len(set(links)) >= 14
    assert set(links) <= ids
    fabrikam = re.search(r'<a href="#incident-(\d+)"><code>mail\.fabrikam\.example</code>', page)
    assert fabrikam is not None
    summary = page.partition(f'<article id="incident-{fabrikam[1]}">')[2].partition("</article>")[0]
    assert "<code>mail.fabrikam.example</code> refuses our" in summary
    # The zone is written once: in the heading.
    head, _, rest = page.partition('id="table"')
    assert head.count("+00:00") == 1
    assert "+00:00" not in rest.partition("</section>")[0]


def test_without_rows_there_is_no_script(smtpscope: Smtpscope, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    smtpscope("report", SAMPLES, "--filter", "host:nowhere", "-o", page)
    text = page.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "script-src" not in text


@pytest.mark.skipif(chromium.PROGRAM is None, reason="needs chromium (Debian: apt-get install chromium)")
def test_the_page_fits_and_is_sorted_by_its_headings(smtpscope: Smtpscope, tmp_path: Path) -> None:
    url = _written(smtpscope, tmp_path).as_uri()
    with chromium.page(url, tmp_path / "profile") as page:
        page.wait(lambda page: page.value("document.querySelector('th[aria-sort]') !== null"), "the script")
        assert page.value(_FITS)
        assert page.value(_ONE_LINE)
        colours = page.value("[...document.querySelectorAll('.us, .none')].map(each => getComputedStyle(each).color)")
        assert len(set(colours)) == 2
        as_written = page.value(_ROWS.format(5))
        page.value("document.querySelectorAll('th')[5].click()")
        groups = [int(count.replace(",", "")) for kind, count in page.value(_ROWS.format(5)) if kind == "group"]
        assert groups == sorted(groups, reverse=True)
        assert len(page.value(_ROWS.format(5))) == len(as_written)
        page.value("document.querySelectorAll('th')[5].click()")
        turned = [int(count.replace(",", "")) for kind, count in page.value(_ROWS.format(5)) if kind == "group"]
        assert turned == sorted(groups)
        page.value("document.querySelectorAll('th')[5].click()")
        assert page.value(_ROWS.format(5)) == as_written
        # Members stay below their group.
        page.value("document.querySelectorAll('th')[1].click()")
        codes = [(kind, code.removeprefix("↳ ")) for kind, code in page.value(_ROWS.format(0))]
        group = ""
        for kind, code in codes:
            group = code if kind == "group" else group
            assert code == group
        page.do("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=False)
        assert page.value(_FITS)
        narrow = page.value(
            "(seen => seen.left >= 0 && seen.right <= 400)(document.querySelector('.narrow').getBoundingClientRect())"
        )
        assert narrow, "who has to act is beyond the edge"
        assert page.complaints() == []
