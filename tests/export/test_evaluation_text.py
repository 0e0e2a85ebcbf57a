"""The figures of an evaluation as Markdown."""

from __future__ import annotations

from smtpscope.export.evaluation_text import MOST_CONFUSIONS, evaluation_markdown
from smtpscope.knowledge.authoring.evaluation import Evaluation, Measured, NearMatchQuality, Share


def measured(own: bool, *confusions: tuple[str, str, int]) -> Measured:
    return Measured(
        own=own,
        replies=40,
        origins=1,
        evaluation=Evaluation(
            coverage=Share(39, 40),
            exact=Share(36, 40),
            acceptable=Share(38, 40),
            macro=0.875,
            exchange=Share(3, 4),
            calibration={"sure": Share(20, 20), "likely": Share(18, 20), "guess": Share(0, 0)},
            by_category={},
            confusions=confusions,
            wrong=(),
            seconds_per_reply=0.000123,
        ),
        near_match=(NearMatchQuality(0.5, Share(10, 40), Share(7, 10)),),
    )


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]


def test_every_figure_is_there() -> None:
    text = evaluation_markdown(measured(True, ("policy", "spam", 2)))
    assert "40 replies of 1 origin, judged by rules and codes alone" in text
    assert rows(text) == [
        ["", "share"],
        ["answered by more than code and command", "97.5 % (39 of 40)"],
        ["the labelled cause", "90.0 % (36 of 40)"],
        ["the labelled cause or one that is right as well", "95.0 % (38 of 40)"],
        ["average over causes with 4 replies or more", "87.5 %"],
        ["replies of Exchange and IIS: the labelled cause", "75.0 % (3 of 4)"],
        ["time for one distinct reply", "0.12 ms"],
        ["it says", "and is right"],
        ["sure", "100.0 % (20 of 20)"],
        ["likely", "90.0 % (18 of 20)"],
        ["labelled", "taken for", "times"],
        ["policy", "spam", "2"],
        ["likeness", "decides", "is right"],
        ["0.5", "25.0 % (10 of 40)", "70.0 % (7 of 10)"],
    ]


def test_the_lines_of_a_table_are_equally_wide() -> None:
    for table in evaluation_markdown(measured(False)).split("\n\n"):
        assert len({len(line) for line in table.splitlines() if line.startswith("|")}) <= 1


def test_of_many_confusions_the_first_are_named_and_the_others_counted() -> None:
    many = [(f"cause-{number}", "spam", 1) for number in range(MOST_CONFUSIONS + 3)]
    text = evaluation_markdown(measured(False, *many))
    assert f"cause-{MOST_CONFUSIONS - 1} " in text
    assert f"cause-{MOST_CONFUSIONS} " not in text
    assert "And 3 pairs more." in text


def test_without_a_confusion_it_says_so() -> None:
    assert "No cause is taken for another one." in evaluation_markdown(measured(False))
