# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Four weeks of the simulated year: `setup/bench year` plays all of it."""

import pytest
from year_company import play, report

WEEKS, CUSTOMERS, JOBS = 4, 40, 7
SEED = 20


@pytest.fixture(scope="module")
def found(module_lab):
    return play.play(module_lab, SEED, WEEKS, CUSTOMERS, JOBS)


def test_both_sides_do_the_same_work_and_break_nothing(found):
    """A broken invariant ends the simulation."""
    plain, ours = found["plain"], found["ours"]
    assert plain["jobs"] == ours["jobs"] == WEEKS * JOBS
    assert plain["work"] == ours["work"]
    assert ours["discrepancies"] == 0
    assert plain["steps"]["invoice checked and mailed"] == WEEKS * JOBS
    assert "invoice checked and mailed" not in ours["steps"]


def test_cards_on_file_are_charged_when_the_work_is_done(found):
    ours = found["ours"]
    assert ours["first"]["sent"] >= ours["first"]["paid"] > 0
    assert ours["within"]["7"] > found["plain"]["within"]["7"]
    assert ours["dso"]["28"] < found["plain"]["dso"]["28"]
    assert ours["receipts"] >= ours["first"]["paid"]
    assert ours["fees"] > 0


def test_the_report_shows_both_sides_and_every_source(found):
    told = report.write(found)
    for words in ("plain Odoo", "manual steps", "week 4", "upflow", "assumption"):
        assert words in told
