# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The protocol, broken on purpose: each of these must be detected.

Each is a dict of functions that replace the ones of the same name in `rules.Rules`;
`get_key` stands for the key created by the provider's module. Locks and the checkout,
which the models add, are broken in soak_machine/mutations.py.
"""

from dataclasses import replace
from datetime import timedelta

from .rules import Rules, outcome, protocol


def _retry_an_unknown():
    """A charge the provider does not report at once is treated as never made."""
    return {
        "choose_way": lambda _doubt, _now: protocol.LOOK_UP,
        "confirm_way": lambda *_args: protocol.LOOK_UP,
        "believe": lambda *_args: True,
    }


def _silence_is_a_decline():
    """A missing response counts as a temporary decline."""

    def classify(*args):
        result = Rules.classify(*args)
        if result.state != "unknown":
            return result
        codes = outcome.Codes("processing_error")
        return outcome.Outcome("declined", "declined", codes, 402)

    return {"classify": classify}


def _new_key_after_a_timeout():
    """Each look-up uses a new key."""
    return {"get_key": lambda reference, asked: f"{reference}/{asked}"}


def _key_beyond_its_life():
    return {
        "choose_way": lambda _doubt, _now: protocol.SAME_KEY,
        "confirm_way": lambda *_args: protocol.SAME_KEY,
    }


def _believe_at_once():
    """A request that is still executing is treated as lost."""
    return {
        "believe": lambda verdict, *_args: (
            verdict in (protocol.FOUND, protocol.NOT_FOUND)
        )
    }


def _send_late():
    """A worker that slept continues where it left off."""
    return {
        "before_charge": lambda _state, allowed, *_args: (
            protocol.CHARGE if allowed else protocol.PUT_BACK
        ),
    }


def _ignore_credit():
    """The customer's credit is ignored."""
    return {
        "assess": lambda *args, **more: Rules.assess(*args, **{**more, "credit": 0})
    }


def _charge_early():
    """An installment is charged before its due date."""
    return {
        "assess": lambda parts, today, *args, **more: Rules.assess(
            parts, today + timedelta(days=30), *args, **more
        )
    }


def _ignore_holds():
    """Drafts, blocked payments, copies and stops do not hold charges back."""

    def decide(facts):
        return Rules.decide(
            replace(facts, stopped=False, moved=False, in_draft=False, obstacles=())
        )

    return {"decide": decide}


MUTATIONS = {
    "retry an unknown": _retry_an_unknown(),
    "silence is a decline": _silence_is_a_decline(),
    "new key after a time-out": _new_key_after_a_timeout(),
    "same key beyond its life": _key_beyond_its_life(),
    "not found is believed at once": _believe_at_once(),
    "a late worker sends": _send_late(),
    "credit is ignored": _ignore_credit(),
    "a part is taken early": _charge_early(),
    "holds are ignored": _ignore_holds(),
}
