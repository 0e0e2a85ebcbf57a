"""Copying says by which way it went, and keeps a file where nobody can tell whether it arrived."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path

from smtpscope.app.clipboard import SystemClipboard


class Terminal:
    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, sequence: str) -> None:
        self.written.append(sequence)


class Programs:
    """Remembers what was run; those in `failing` end with an error."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.ran: list[tuple[Sequence[str], bytes]] = []

    def __call__(self, command: Sequence[str], standard_input: bytes) -> bool:
        self.ran.append((command, standard_input))
        return command[0] not in self.failing


def clipboard(
    environment: dict[str, str], programs: Programs, terminal: Terminal, folder: Path, platform: str = "linux"
) -> SystemClipboard:
    return SystemClipboard(
        terminal.write,
        environment=environment,
        platform=platform,
        program=programs,
        find=lambda name: f"/usr/bin/{name}",
        folder=folder,
    )


def test_inside_tmux_its_own_buffer_is_loaded(tmp_path: Path) -> None:
    programs, terminal = Programs(), Terminal()
    copied = clipboard({"TMUX": "x", "DISPLAY": ":0"}, programs, terminal, tmp_path).copy("text")
    assert copied.certain
    assert "tmux" in copied.way
    assert programs.ran == [(("tmux", "load-buffer", "-w", "-"), b"text")]
    # tmux names no selection, so the text also goes around it.
    assert terminal.written == ["\x1bPtmux;\x1b\x1b]52;c;dGV4dA==\a\x1b\\"]


def test_a_long_text_is_not_sent_to_the_terminal_but_kept_for_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "copied.md").write_text("of before")
    for environment, length, sent in (({}, 12_000, 1), ({}, 12_001, 0), ({"TMUX": "x"}, 12_001, 0)):
        terminal = Terminal()
        copied = clipboard(environment, Programs("tmux"), terminal, folder).copy("x" * length)
        assert len(terminal.written) == sent
        assert bool(copied.way) == bool(sent)
        assert copied.kept_in is not None
        assert copied.kept_in.read_bytes() == b"x" * length
        if os.name == "posix":
            assert copied.kept_in.stat().st_mode & 0o777 == 0o600


def test_when_tmux_refuses_the_native_clipboard_is_next(tmp_path: Path) -> None:
    programs, terminal = Programs("tmux"), Terminal()
    copied = clipboard({"TMUX": "x", "DISPLAY": ":0"}, programs, terminal, tmp_path).copy("text")
    assert "X11" in copied.way
    assert [command[0] for command, _ in programs.ran] == ["tmux", "tmux", "xclip"]


def test_over_ssh_the_other_machines_clipboard_is_left_alone(tmp_path: Path) -> None:
    programs, terminal = Programs(), Terminal()
    copied = clipboard({"SSH_CONNECTION": "x", "DISPLAY": ":0"}, programs, terminal, tmp_path).copy("text ü")
    assert programs.ran == []
    assert not copied.certain
    encoded = base64.b64encode("text ü".encode()).decode()
    assert terminal.written == [f"\x1b]52;c;{encoded}\a"]


def test_an_uncertain_copy_is_kept_in_a_file_too(tmp_path: Path) -> None:
    copied = clipboard({}, Programs(), Terminal(), tmp_path / "cache").copy("text\nü")
    assert copied.kept_in is not None
    assert copied.kept_in.read_bytes() == "text\nü".encode()


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert clipboard({}, Programs(), Terminal(), tmp_path / "file" / "cache").copy("text").kept_in is None


def test_windows_gets_utf_16(tmp_path: Path) -> None:
    programs = Programs()
    assert clipboard({}, programs, Terminal(), tmp_path, platform="win32").copy("ü").certain
    assert programs.ran == [(("clip.exe",), "ü".encode("utf-16-le"))]


def test_macos_and_wayland_have_their_own_programs(tmp_path: Path) -> None:
    for environment, platform, name in (({}, "darwin", "pbcopy"), ({"WAYLAND_DISPLAY": "w"}, "linux", "wl-copy")):
        programs = Programs()
        clipboard(environment, programs, Terminal(), tmp_path, platform=platform).copy("x")
        assert [command[0] for command, _ in programs.ran] == [name]
