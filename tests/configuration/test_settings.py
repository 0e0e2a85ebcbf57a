"""The table of settings: complete, and true to what the other layers know."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from smtpscope.configuration.setting_kinds import TomlPlace
from smtpscope.configuration.settings import (
    EXPORT_FORMATS,
    SETTINGS,
    Setting,
    Settings,
)
from smtpscope.export.formats.summary_formats import SUMMARY_FORMATS


def test_every_attribute_is_a_row_and_every_row_an_attribute() -> None:
    assert [each.attribute for each in SETTINGS.values()] == [each.name for each in fields(Settings)]


def test_names_and_variables_follow_from_the_section() -> None:
    setting = SETTINGS["export.confirm_overwrite"]
    assert (setting.section, setting.key) == ("export", "confirm_overwrite")
    assert setting.environment == "SMTPSCOPE_EXPORT_CONFIRM_OVERWRITE"
    assert (SETTINGS["theme"].section, SETTINGS["theme"].key) == ("", "theme")


def test_no_two_settings_share_a_variable() -> None:
    assert len({each.environment for each in SETTINGS.values()}) == len(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda each: each.name)
def test_each_default_is_a_value_that_its_kind_takes(setting: Setting) -> None:
    assert setting.kind.parse(setting.default, TomlPlace(Path("/"))) == setting.default


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda each: each.name)
def test_each_setting_says_what_it_is_for(setting: Setting) -> None:
    assert setting.meaning.endswith(".")
    assert setting.kind.expected


def test_the_export_formats_are_those_of_the_summary() -> None:
    assert list(EXPORT_FORMATS) == list(SUMMARY_FORMATS)


def test_settings_in_sections_come_last_so_that_a_file_can_be_written_in_order() -> None:
    sections = [each.section for each in SETTINGS.values()]
    first_in_section = next(number for number, section in enumerate(sections) if section)
    assert all(
        section or name == "keys" for section, name in list(zip(sections, SETTINGS, strict=True))[first_in_section:]
    )
