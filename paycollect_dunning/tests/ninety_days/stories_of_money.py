# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is owed, paid, credited and not matched."""

from .story import START, Story

STORIES_OF_MONEY = (
    Story(
        "silent",
        "A silent debtor hears every level once and ends at the agency",
        deeds=((START, "bill", 800, "03-13"), ("04-27", "hand_over")),
        said=(
            "03-10 12:00 mail -3 800.00",
            "03-18 12:00 mail 3 800.00",
            "03-24 12:00 mail 7 800.00",
            "04-03 12:00 mail 15 800.00",
            "04-24 06:00 nobody 30 800.00 skipped",
        ),
        on={
            "03-09": None,
            "03-10": ("open", "next_level", -3),
            "04-24": ("exception", "hand_over_due", 30),
        },
        ends=("handed_over", "handed_over"),
    ),
    Story(
        "good",
        "A good payer who is late once gets one more week, and no second time",
        deeds=(
            (START, "bill", 30, "02-13"),
            (START, "bill", 40, "02-20"),
            (START, "pay", 0, None, "02-12"),
            (START, "pay", 1, None, "02-20"),
            (START, "bill", 100, "03-13"),
            (START, "bill", 90, "04-17"),
            ("03-27", "pay", 2),
            ("04-23", "pay", 3),
        ),
        said=(
            "03-10 12:00 mail -3 100.00",
            "03-25 12:00 mail 3 100.00",
            "04-14 12:00 mail -3 90.00",
            "04-22 12:00 mail 3 90.00",
        ),
    ),
    Story(
        "partial",
        "Part payments leave the rest, and paying the oldest steps down",
        deeds=(
            (START, "bill", 400, "03-06"),
            (START, "bill", 100, "03-20"),
            ("03-12", "pay", 0, 250),
            ("03-20", "pay", 0, 150),
            ("04-03", "pay", 1),
        ),
        said=(
            "03-03 13:00 mail -3 400.00",
            "03-11 12:00 mail 3 400.00",
            "03-17 12:00 mail 7 250.00",
            "03-27 12:00 mail 3 100.00",
            "04-02 12:00 mail 7 100.00",
        ),
        on={
            "03-19": ("open", "next_level", 7),
            "03-20": ("open", "next_level", -3),
            "03-25": ("open", "pay_by", -3),
        },
    ),
    Story(
        "between",
        "Paid in part between the night's decision and the morning: only the rest",
        deeds=(
            (START, "bill", 170, "03-13"),
            ("03-18", "pay", 0, 50),
            ("03-24", "reply", "The rest is on its way."),
            ("03-25", "answer_reply"),
            ("04-03", "dispute", 0),
            ("04-07", "reject"),
            ("04-10", "pay"),
        ),
        said=(
            "03-10 12:00 mail -3 170.00",
            "03-18 12:00 mail 3 170.00 skipped",
            "03-18 14:30 mail 3 120.00",
            "03-24 12:00 mail 7 120.00 skipped",
            "03-25 14:30 mail 7 120.00",
        ),
        on={
            "03-24": ("paused", "reply", 3),
            "03-25": ("open", "told", 7),
            "04-07": ("open", "next_level", 7),
        },
    ),
    Story(
        "credit",
        "A credit note nobody matched is taken off, and one that covers it ends it",
        deeds=(
            (START, "bill", 250, "03-13"),
            ("03-16", "credit", 100),
            ("03-20", "credit", 150),
        ),
        said=("03-10 12:00 mail -3 250.00", "03-18 12:00 mail 3 150.00"),
        ends=("closed", "covered_by_credit"),
    ),
    Story(
        "parts",
        "Of installments, the late first one is asked for, then the second",
        deeds=(
            ("03-06", "bill_parts", 1000),
            ("03-18", "pay", 0, 300),
            ("05-04", "pay", 0),
        ),
        said=(
            "03-11 12:00 mail 3 300.00",
            "03-17 12:00 mail 7 300.00",
            "04-30 12:00 mail -3 700.00",
        ),
        passed=("03-11 -3",),
    ),
    Story(
        "euro",
        "Two currencies are two amounts, told at the same time",
        deeds=(
            (START, "bill", 101, "03-13"),
            (START, "bill", 81, "03-13", None, False, True),
            ("03-16", "pay", 1),
            ("03-19", "pay", 0),
        ),
        said=(
            "03-10 12:00 mail -3 101.00",
            "03-10 12:00 mail -3 81.00 EUR",
            "03-18 12:00 mail 3 101.00",
        ),
    ),
    Story(
        "companies",
        "Two companies remind apart, each of what it is owed",
        deeds=(
            (START, "bill", 102, "03-13"),
            (START, "bill", 71, "03-20", None, True),
            ("03-19", "pay", 0),
            ("03-26", "pay", 1),
        ),
        said=(
            "03-10 12:00 mail -3 102.00",
            "03-17 12:00 mail -3 71.00 Second",
            "03-18 12:00 mail 3 102.00",
            "03-25 12:00 mail 3 71.00 Second",
        ),
    ),
    Story(
        "money",
        "Unmatched money holds the statement until somebody matches it",
        deeds=(
            (START, "bill", 123, "03-13"),
            ("03-23", "money_arrives", 123),
            ("03-24", "look_at_desk"),
            ("03-26", "match_money"),
        ),
        said=("03-10 12:00 mail -3 123.00", "03-18 12:00 mail 3 123.00"),
        on={
            "03-23": ("open", "next_level", 3),
            "03-25": ("exception", "unmatched_money", 3),
        },
    ),
    Story(
        "dateless",
        "Without a due date, nothing is said, but the accountant is asked",
        deeds=(
            (START, "bill_without_day", 75),
            ("03-18", "look_at_desk"),
            ("03-19", "set_due", 0, "03-13"),
            ("03-20", "pay"),
        ),
        said=("03-19 14:30 mail 3 75.00",),
        passed=("03-19 -3",),
        on={"03-18": ("exception", "no_due_date", 0)},
    ),
    Story(
        "self-billed",
        "What a customer invoices for us is never reminded of",
        deeds=((START, "bill_self_billed", 65, "03-13"),),
        ends=None,
    ),
)
