# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rules that are dropped: nobody looks at what they decide by."""

from dataclasses import replace

from ...rules.scale import Scale


def forget(*names):
    """Return a mutation that hides something about all items."""

    def mutate(facts):
        hidden = dict.fromkeys(names)
        items = tuple(
            item._replace(standing=item.standing._replace(**hidden))
            for item in facts.items
        )
        return replace(facts, items=items)

    return mutate


def forget_reasons(facts):
    items = tuple(item._replace(reason=None) for item in facts.items)
    return replace(facts, items=items)


def wait_forever(facts):
    scale = Scale(facts.scale.levels, facts.scale.ladder, wait_days=9999)
    items = tuple(
        item._replace(standing=item.standing._replace(sent=item.due))
        for item in facts.items
    )
    return replace(facts, scale=scale, items=items)


MUTATIONS = {
    "what is disputed or promised is asked for": forget_reasons,
    "what was told is forgotten": forget("told"),
    "the pay-by day is not waited for": forget("pay_by"),
    "credit is not taken off": lambda facts: replace(facts, credit=0.0),
    "a hold is ignored": lambda facts: replace(facts, hold=None),
    "everything waits for its sending": wait_forever,
    "the clock goes on after a dispute": forget("start"),
}
