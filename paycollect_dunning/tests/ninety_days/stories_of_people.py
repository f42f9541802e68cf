# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What customers say, where they are and what staff decide."""

from .story import START, Story

STORIES_OF_PEOPLE = (
    Story(
        "promise",
        "A broken promise resumes one level higher, not at the level of its days",
        deeds=(
            (START, "bill", 200, "03-13"),
            ("03-20", "promise", "04-08"),
            ("04-24", "pay"),
        ),
        said=(
            "03-10 12:00 mail -3 200.00",
            "03-18 12:00 mail 3 200.00",
            "04-13 12:00 mail 7 200.00",  # decided on Saturday
            "04-23 12:00 mail 15 200.00",
        ),
        on={
            "03-20": ("paused", "promised", 0),
            "04-10": ("paused", "promised", 0),
            "04-11": ("open", "pay_by", 7),
        },
    ),
    Story(
        "dispute",
        "The undisputed invoice goes on, and an answer starts the clock anew",
        deeds=(
            (START, "bill", 300, "03-13"),
            (START, "bill", 120, "03-13"),
            ("03-16", "dispute", 0),
            ("03-25", "pay", 1),
            ("03-26", "reject"),
            ("04-07", "pay", 0),
        ),
        said=(
            "03-10 12:00 mail -3 420.00",
            "03-18 12:00 mail 3 120.00",
            "03-24 12:00 mail 7 120.00",
            "03-31 12:00 mail 3 300.00",
            "04-06 12:00 mail 7 300.00",
        ),
        on={"03-25": ("paused", "disputed", 0), "03-26": ("open", "next_level", -3)},
    ),
    Story(
        "part",
        "What isn't disputed of an invoice goes on; an answer starts the clock anew",
        deeds=(
            (START, "bill", 300, "03-13"),
            ("03-16", "dispute", 0, 100),
            ("03-25", "pay", 0, 200),
            ("03-30", "reject"),
            ("04-21", "pay", 0),
        ),
        said=(
            "03-10 12:00 mail -3 300.00",
            "03-18 12:00 mail 3 200.00",
            "03-24 12:00 mail 7 200.00",
            "04-20 12:00 mail 15 100.00",
        ),
        on={
            "03-20": ("open", "next_level", 3),
            "03-26": ("paused", "disputed", 0),
            "03-30": ("open", "next_level", 7),
        },
    ),
    Story(
        "accepted",
        "After an accepted dispute, the clock of the rest starts anew, too",
        deeds=(
            (START, "bill", 310, "03-13"),
            ("03-16", "dispute", 0),
            ("04-09", "accept", 110),
            ("04-22", "pay", 0),
        ),
        said=(
            "03-10 12:00 mail -3 310.00",
            "04-14 12:00 mail 3 200.00",
            "04-20 12:00 mail 7 200.00",
        ),
        on={"03-18": ("paused", "disputed", 0)},
    ),
    Story(
        "check",
        "A check that is lost in the mail pauses, then the level is caught up once",
        deeds=(
            (START, "bill", 150, "03-13"),
            ("03-17", "announce_check", "1042"),
            ("03-27", "look_at_desk"),
            ("03-31", "pay"),
        ),
        said=("03-10 12:00 mail -3 150.00", "03-27 12:00 mail 7 150.00"),
        passed=("03-27 3",),
        on={"03-26": ("paused", "check_on_the_way", 0)},
    ),
    Story(
        "merged",
        "Merged half way, a customer has one case with both histories",
        deeds=(
            (START, "bill", 61, "03-13"),
            (START, "bill_twin", 43, "03-13"),
            ("03-16", "merge"),
            ("03-19", "pay", 0),
            ("03-19", "pay", 1),
        ),
        said=(
            "03-10 12:00 mail -3 43.00",
            "03-10 12:00 mail -3 61.00",
            "03-18 12:00 mail 3 104.00",
        ),
        on={"03-16": ("open", "next_level", -3)},
    ),
    Story(
        "reply",
        "A reply pauses until it is answered",
        deeds=(
            (START, "bill", 110, "03-13"),
            ("03-17", "reply", "We never got this invoice."),
            ("03-23", "answer_reply"),
            ("03-30", "pay"),
        ),
        said=(
            "03-10 12:00 mail -3 110.00",
            "03-23 14:30 mail 3 110.00",
            "03-27 12:00 mail 7 110.00",
        ),
        on={"03-18": ("paused", "reply", -3), "03-26": ("open", "pay_by", 3)},
    ),
    Story(
        "holiday",
        "The Easter holidays of the customer's country move the fourth level",
        deeds=((START, "bill", 140, "03-13"), ("04-08", "pay")),
        said=(
            "03-10 07:00 mail -3 140.00",
            "03-18 07:00 mail 3 140.00",
            "03-24 07:00 mail 7 140.00",
            "04-07 06:00 mail 15 140.00",
        ),
        place="DE",
    ),
    Story(
        "daylight",
        "Eight in the morning stays eight in London when the clocks change",
        deeds=((START, "bill", 130, "03-27"), ("04-02", "pay")),
        said=("03-24 08:00 mail -3 130.00", "04-01 07:00 mail 3 130.00"),
        place="GB",
    ),
    Story(
        "letters",
        "Who has neither an email address nor a number gets letters",
        deeds=(
            (START, "bill", 55, "03-13"),
            ("03-10", "mail_letters"),
            ("03-18", "mail_letters"),
            ("03-19", "pay"),
        ),
        said=("03-10 06:00 letter -3 55.00", "03-18 06:00 letter 3 55.00"),
        values={"email": False, "street": "1 Main St", "city": "Albany"},
    ),
    Story(
        "held",
        "Held by a person, nothing is said until that day",
        deeds=(
            (START, "bill", 59, "03-13"),
            ("03-16", "hold", "03-25"),
            ("03-26", "pay"),
        ),
        said=("03-10 12:00 mail -3 59.00", "03-25 12:00 mail 7 59.00"),
        passed=("03-25 3",),
        on={"03-24": ("paused", "held", -3)},
    ),
)
