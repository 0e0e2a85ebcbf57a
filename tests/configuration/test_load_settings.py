"""Four places that settings come from: who wins, what is warned of, and what every error says."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smtpscope.configuration.load_settings import Loaded, Origin, check_actions, load
from smtpscope.configuration.problems import SettingsError
from smtpscope.configuration.settings import SETTINGS, Settings


class Folders:
    """A user's folder and a project's folder with what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.user = folder / "user"
        self.project = folder / "project"
        self.user.mkdir()
        self.project.mkdir()

    def user_file(self, text: str) -> Path:
        path = self.user / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def project_file(self, text: str) -> Path:
        path = self.project / ".smtpscope.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def load(self, command_line: dict[str, object] | None = None, environment: dict[str, str] | None = None) -> Loaded:
        return load(command_line or {}, environment or {}, self.project, self.user)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_without_any_file_all_is_the_default(folders: Folders) -> None:
    loaded = folders.load()
    assert loaded.settings == Settings()
    assert loaded.warnings == ()
    assert set(loaded.origins) == set(SETTINGS)
    assert set(loaded.origins.values()) == {Origin("default")}


def test_without_folders_only_variables_and_the_command_line_count() -> None:
    loaded = load({"sort": "count"}, {"SMTPSCOPE_THEME": "light"}, None, None)
    assert (loaded.settings.sort, loaded.settings.theme) == ("count", "light")


def test_each_layer_goes_before_the_one_below(folders: Folders) -> None:
    layers = ["default", "user file", "project file", "environment", "command line"]
    seen = [folders.load()]
    user = folders.user_file('theme = "dark"')
    seen.append(folders.load())
    project = folders.project_file('theme = "light"')
    seen.append(folders.load())
    environment = {"SMTPSCOPE_THEME": "terminal"}
    seen.append(folders.load(environment=environment))
    seen.append(folders.load({"theme": "high-contrast"}, environment))
    assert [loaded.settings.theme for loaded in seen] == ["auto", "dark", "light", "terminal", "high-contrast"]
    assert [loaded.origins["theme"].layer for loaded in seen] == layers
    assert [loaded.origins["theme"].where for loaded in seen] == ["", str(user), str(project), "SMTPSCOPE_THEME", ""]


def test_an_option_that_was_not_given_decides_nothing(folders: Folders) -> None:
    folders.user_file('timezone = "Europe/Berlin"')
    loaded = folders.load({"timezone": None})
    assert loaded.settings.timezone == "Europe/Berlin"
    assert loaded.origins["timezone"].layer == "user file"


def test_a_variable_that_is_set_to_nothing_decides_nothing(folders: Folders) -> None:
    assert folders.load(environment={"SMTPSCOPE_THEME": ""}).settings.theme == "auto"


def test_a_project_file_above_the_folder_is_found(folders: Folders) -> None:
    folders.project_file('grouping = "cause"')
    below = folders.project / "a" / "b"
    below.mkdir(parents=True)
    assert load({}, {}, below, folders.user).settings.grouping == "cause"


def test_the_sections_of_a_file_are_settings_with_a_dot(folders: Folders) -> None:
    folders.user_file('[export]\nformat = "json"\nmask = true\nfolder = "tickets"\n')
    loaded = folders.load()
    assert loaded.settings.export_format == "json"
    assert loaded.settings.export_mask is True
    assert loaded.settings.export_folder == folders.user / "tickets"
    assert loaded.origins["export.format"].layer == "user file"


def test_keys_are_joined_action_by_action(folders: Folders) -> None:
    folders.user_file('[keys]\n"browse.filter" = "f"\n"app.quit" = "Q"\n')
    folders.project_file('[keys]\nbrowse.filter = ["/", "ctrl+f"]\n')
    loaded = folders.load(environment={"SMTPSCOPE_KEYS": "browse.sort=o,O"})
    assert loaded.settings.keys == {"browse.filter": "slash,ctrl+f", "app.quit": "Q", "browse.sort": "o,O"}
    assert loaded.origins["keys.browse.filter"].layer == "project file"
    assert loaded.origins["keys.app.quit"].layer == "user file"
    assert loaded.origins["keys.browse.sort"].layer == "environment"


def test_folders_of_a_file_are_relative_to_the_file_and_others_to_where_one_is(folders: Folders) -> None:
    folders.user_file("knowledge = ['own', '/shared/knowledge']")
    assert folders.load().settings.knowledge == (folders.user / "own", Path("/shared/knowledge"))
    here = folders.load({"knowledge": (Path("x"),)}).settings.knowledge
    assert here == (folders.project / "x",)


def test_an_unknown_key_is_a_warning_that_names_the_nearest(folders: Folders) -> None:
    path = folders.user_file('time_zone = "UTC"\nexport_format = "json"\n[export]\nmasks = true\n[colours]\nred = 1\n')
    loaded = folders.load()
    assert loaded.settings == Settings()
    told = [(warning.where, warning.what, warning.remedy) for warning in loaded.warnings]
    place = f"user file, {path}"
    assert told[:3] == [
        (place, 'unknown setting "time_zone"', "Did you mean timezone?"),
        (place, 'unknown setting "export_format"', "Did you mean export.format?"),
        (place, 'unknown setting "export.masks"', "Did you mean export.mask?"),
    ]
    assert told[3][1] == 'unknown setting "colours"'
    assert told[3][2].startswith("Known names: cache, ")


def test_an_unknown_variable_is_a_warning_and_those_of_others_are_none_of_ours(folders: Folders) -> None:
    loaded = folders.load(environment={"SMTPSCOPE_THEEM": "dark", "OTHER_THEME": "x", "PATH": "/bin"})
    (warning,) = loaded.warnings
    assert warning.where == "environment, SMTPSCOPE_THEEM"
    assert warning.remedy == "Did you mean SMTPSCOPE_THEME?"


def test_an_unknown_name_on_the_command_line_is_an_error(folders: Folders) -> None:
    with pytest.raises(SettingsError) as caught:
        folders.load({"them": "dark"})
    assert str(caught.value) == 'command line: unknown setting "them". Did you mean theme?'
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        (
            'theme = "drak"',
            'theme is "drak", but must be one of: auto, dark, light, high-contrast, terminal',
            'Did you mean "dark"?',
        ),
        (
            "theme = 7",
            "theme is 7, but must be one of: auto, dark, light, high-contrast, terminal",
            'Write for example "auto"',
        ),
        ('cache = "true"', 'cache is "true", but must be true or false', "Write true or false, without quotes"),
        ("cache = 1", "cache is 1, but must be true or false", "Write true or false, without quotes"),
        (
            'timezone = "Europe/Berlni"',
            'timezone is "Europe/Berlni", but there is no such time zone',
            "Use UTC, local, a name such as Europe/Berlin, or an offset such as +01:00",
        ),
        (
            "timezone = true",
            "timezone is true, but must be a time zone in quotes",
            "Use UTC, local, a name such as Europe/Berlin, or an offset such as +01:00",
        ),
        ("knowledge = [1]", "knowledge is [1], but must be a list of folders", "Write for example ['/a/b', 'c']"),
        (
            "[export]\nfolder = 3",
            "export.folder is 3, but must be a folder in quotes",
            "Write it in single quotes: '/a/b'",
        ),
        (
            "export = 1",
            "export is 1, but must be a section",
            "Write [export] on a line of its own and its settings below",
        ),
        (
            'keys = "q"',
            'keys is "q", but must be a table of keys',
            'Write [keys] and below it "app.quit" = "q"; in a variable app.quit=q',
        ),
        (
            '[keys]\n"app.quit" = ""',
            'keys gives "app.quit" "", but "" is not a key',
            'Write a character, a name (f5, pagedown, escape), or ctrl+x; several with commas: "j,down"',
        ),
        ("[keys]\nquit = 3", 'keys gives "quit" 3, but it must be keys', 'Write for example "f5" or "j,down"'),
        ("[keys]\nquit = []", 'keys gives "quit" [], but it must be keys', 'Write for example "f5" or "j,down"'),
    ],
)
def test_a_wrong_value_says_where_what_and_the_remedy(folders: Folders, text: str, what: str, remedy: str) -> None:
    path = folders.user_file(text)
    with pytest.raises(SettingsError) as caught:
        folders.load()
    error = caught.value
    assert (error.where, error.what, error.remedy) == (f"user file, {path}", what, remedy)


def test_a_wrong_variable_names_the_variable(folders: Folders) -> None:
    with pytest.raises(SettingsError) as caught:
        folders.load(environment={"SMTPSCOPE_EXPORT_MASK": "maybe"})
    assert caught.value.where == "environment, SMTPSCOPE_EXPORT_MASK"
    assert caught.value.what == 'export.mask is "maybe", but must be true or false'


@pytest.mark.parametrize("word", ["yes", "TRUE", "on", "1"])
def test_a_variable_says_yes_in_many_words(folders: Folders, word: str) -> None:
    assert folders.load(environment={"SMTPSCOPE_EXPORT_MASK": word}).settings.export_mask is True


@pytest.mark.parametrize("word", ["no", "False", "off", "0"])
def test_a_variable_says_no_in_many_words(folders: Folders, word: str) -> None:
    assert folders.load(environment={"SMTPSCOPE_CACHE": word}).settings.cache is False


def test_a_choice_is_understood_in_upper_case(folders: Folders) -> None:
    assert folders.load(environment={"SMTPSCOPE_THEME": "Dark"}).settings.theme == "dark"


@pytest.mark.parametrize(
    "folder",
    [
        r"\\server.example\share",
        "//server.example/share",
        "/etc",
        r"C:\Logs",
        "C:",
        "..",
        "a/../../b",
        r"a\..\..\b",
        "~",
        "~root/x",
    ],
)
def test_a_project_file_may_not_lead_out_of_its_folder(folders: Folders, folder: str) -> None:
    folders.user_file("knowledge = ['own']\n[export]\nfolder = 'tickets'\n")
    folders.project_file(f"knowledge = ['{folder}']\n[export]\nfolder = '{folder}'\n")
    loaded = folders.load()
    assert loaded.settings.knowledge == (folders.user / "own",)
    assert loaded.settings.export_folder == folders.user / "tickets"
    assert [warning.what.split(" ")[0] for warning in loaded.warnings] == ["knowledge", "export.folder"]
    assert "leads out of the project's folder" in loaded.warnings[0].what


def test_a_project_file_may_name_folders_below_it(folders: Folders) -> None:
    folders.project_file("knowledge = ['docs/smtp']")
    loaded = folders.load()
    assert loaded.settings.knowledge == (folders.project / "docs" / "smtp",)
    assert loaded.warnings == ()


def test_a_project_file_can_not_switch_off_the_question_before_a_file_is_replaced(folders: Folders) -> None:
    folders.project_file("[export]\nconfirm_overwrite = false\n")
    loaded = folders.load()
    assert loaded.settings.export_confirm_overwrite is True
    assert [warning.what for warning in loaded.warnings] == ["export.confirm_overwrite is ignored in a project file"]
    folders.user_file("[export]\nconfirm_overwrite = false\n")
    assert folders.load().settings.export_confirm_overwrite is False


def test_a_key_for_an_action_that_does_not_exist_is_a_warning(folders: Folders) -> None:
    path = folders.user_file('[keys]\n"browse.fliter" = "f"\n"app.quit" = "Q"\n')
    (warning,) = check_actions(folders.load(), ["browse.filter", "app.quit"])
    assert warning.where == f"user file, {path}"
    assert warning.what == 'keys: unknown action "browse.fliter", key ignored'
    assert warning.remedy == "Did you mean browse.filter?"


def test_a_very_long_value_is_cut_in_the_message(folders: Folders) -> None:
    folders.user_file(f'theme = "{"x" * 100_000}"')
    with pytest.raises(SettingsError) as caught:
        folders.load()
    assert len(caught.value.what) < 200


def test_settings_can_not_be_changed_behind_anybodys_back(folders: Folders) -> None:
    loaded = folders.load()
    with pytest.raises(TypeError):
        loaded.settings.keys["app.quit"] = "x"  # type: ignore[index]
    with pytest.raises(AttributeError):
        loaded.settings.theme = "dark"  # type: ignore[misc]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(sorted(SETTINGS)), _VALUES, max_size=4))
def test_any_value_is_taken_or_refused_in_our_own_words(values: dict[str, object]) -> None:
    try:
        loaded = load(values, {}, None, None)
    except SettingsError as error:
        refused = error
    else:
        missing = [each.name for each in fields(Settings) if getattr(loaded.settings, each.name) is None]
        assert set(missing) <= {"export_folder"}
        return
    assert refused.where == "command line"
    assert refused.what.split(" ")[0] in values


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([each.environment for each in SETTINGS.values()]), st.text(max_size=30)))
def test_any_variable_is_taken_or_refused_in_our_own_words(environment: dict[str, str]) -> None:
    try:
        loaded = load({}, environment, None, None)
    except SettingsError as error:
        refused = error
    else:
        assert loaded.warnings == ()
        return
    assert refused.where.removeprefix("environment, ") in environment
