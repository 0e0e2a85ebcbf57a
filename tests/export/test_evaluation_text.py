"""The figures of an evaluation as Markdown."""

from __future__ import annotations

from smtpscope.export.evaluation_text import MOST_CONFUSIONS, evaluation_markdown
from smtpscope.knowledge.authoring.evaluation import Evaluation, Measured, NearMatchQuality, Share, Tally


def tally(exact: int, acceptable: int, of: int, who: int | None = None) -> Tally:
    return Tally(
        Share(exact, of), Share(acceptable, of), Share(who or 0, 0 if who is None else of), Share(acceptable, of)
    )


def measured(own: bool, *confusions: tuple[str, str, int], unseen: int = 40, who: int | None = None) -> Measured:
    return Measured(
        own=own,
        replies=40,
        families=1,
        evaluation=Evaluation(
            coverage=Share(39, 40),
            total=tally(36, 38, 40, who),
            unseen=tally(unseen // 2, unseen // 2, unseen, unseen // 2),
            macro=0.875,
            calibration={"sure": tally(19, 20, 20, who), "likely": tally(15, 18, 20, who), "guess": tally(0, 0, 0)},
            by_stage={"rcpt": tally(36, 38, 40, who)},
            by_family={"exim": tally(36, 38, 40, who)},
            by_language={},
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
    assert "40 replies of 1 family, judged by rules and codes alone" in text
    columns = ["replies", "labelled cause", "or one that fits", "family left out"]
    assert rows(text) == [
        ["", "share"],
        ["answered by more than code and command", "97.5 % (39 of 40)"],
        ["the labelled cause", "90.0 % (36 of 40)"],
        ["the labelled cause or one that is right as well", "95.0 % (38 of 40)"],
        ["average over causes with 4 replies or more", "87.5 %"],
        ["time for one distinct reply", "0.12 ms"],
        ["it says", *columns],
        ["sure", "20", "95.0 %", "100.0 %", "100.0 %"],
        ["likely", "20", "75.0 %", "90.0 %", "90.0 %"],
        ["in answer to", *columns],
        ["rcpt", "40", "90.0 %", "95.0 %", "95.0 %"],
        ["family", *columns],
        ["exim", "40", "90.0 %", "95.0 %", "95.0 %"],
        ["labelled", "mistaken for", "times"],
        ["policy", "spam", "2"],
        ["likeness", "decides", "is right"],
        ["0.5", "25.0 % (10 of 40)", "70.0 % (7 of 10)"],
    ]


def test_who_acts_has_its_column_where_labels_say_it() -> None:
    text = evaluation_markdown(measured(False, who=20))
    assert ["the right one has to act", "50.0 % (20 of 40)"] in rows(text)
    assert ["rcpt", "40", "90.0 %", "95.0 %", "50.0 %", "95.0 %"] in rows(text)


def test_replies_that_the_rules_were_written_with_are_told_apart() -> None:
    text = evaluation_markdown(measured(False, unseen=10, who=20))
    assert "The rules were written with 30 of them, and not with 10." in text
    assert ["the labelled cause, on replies that the rules were not written with", "50.0 % (5 of 10)"] in rows(text)
    assert "None is marked as seen." in evaluation_markdown(measured(False))


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
    assert "No cause is mistaken for another." in evaluation_markdown(measured(False))
