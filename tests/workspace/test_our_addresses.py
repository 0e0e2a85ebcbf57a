"""The IP address that our mail leaves from, remembered per server."""

from __future__ import annotations

from pathlib import Path

from smtpscope.workspace.workspace import Workspace


def test_an_address_is_remembered_for_its_server_in_any_case(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite3"
    with Workspace.open(path) as workspace:
        assert workspace.addresses.of("EXCH01") == ""
        workspace.addresses.keep("EXCH01", "192.0.2.25")
        workspace.addresses.keep("", "192.0.2.26")
    with Workspace.open(path) as workspace:
        assert workspace.addresses.of("exch01") == "192.0.2.25"
        assert workspace.addresses.of("") == "192.0.2.26"
        assert workspace.addresses.of("EXCH02") == ""
        workspace.addresses.keep("exch01", "192.0.2.27")
        assert workspace.addresses.of("EXCH01") == "192.0.2.27"
        workspace.addresses.keep("EXCH01", "")
        assert workspace.addresses.of("EXCH01") == ""
