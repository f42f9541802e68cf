# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The addon's pure rules, imported without Odoo, as one replaceable set."""

import sys
import types
from datetime import timedelta
from pathlib import Path

_PURE = "paycollect_pure"
_package = sys.modules.setdefault(_PURE, types.ModuleType(_PURE))
_package.__path__ = [str(Path(__file__).parents[2] / "paycollect_fsm" / "rules")]

from paycollect_pure import charge, collectable, outcome, protocol  # noqa: E402  # isort: skip

MINUTE, HOUR, DAY = 60, 3600, 86400
KEY_LIFE = timedelta(hours=23)


class Rules:
    """The rules. Each is the addon's own unless it is replaced.

    >>> Rules().believe is protocol.believe
    True
    >>> Rules(believe=lambda *args: True).believe is protocol.believe
    False
    """

    assess = staticmethod(collectable.assess)
    decide = staticmethod(charge.decide)
    claim = staticmethod(protocol.claim)
    before_charge = staticmethod(protocol.before_charge)
    get_chore = staticmethod(protocol.get_chore)
    follow = staticmethod(protocol.follow)
    may_become = staticmethod(protocol.may_become)
    next_question_at = staticmethod(protocol.next_question_at)
    choose_way = staticmethod(protocol.choose_way)
    confirm_way = staticmethod(protocol.confirm_way)
    is_key_useless = staticmethod(protocol.is_key_useless)
    believe = staticmethod(protocol.believe)
    needs_person = staticmethod(protocol.needs_person)
    may_replan = staticmethod(protocol.may_replan)
    classify = staticmethod(outcome.classify)

    def __init__(self, **replaced):
        for name, function in replaced.items():
            if not hasattr(type(self), name):
                raise AttributeError(name)
            setattr(self, name, function)

    @staticmethod
    def get_key(reference, _asked):
        """Return the idempotency key, which depends only on the transaction."""
        return reference
