# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import CANCELED, DECLINED, UNKNOWN

# A retry that cannot be sent for one of these reasons leaves room for another method.
LEAVES_ROOM = (
    "no_method",
    "no_consent",
    "expired",
    "refused",
    "provider_off",
    "over_maximum",
)


class PaycollectAttempt(models.Model):
    """Where a charge that did not simply succeed comes in."""

    _inherit = "paycollect.attempt"

    def _after_outcome(self, outcome, now):
        if outcome.state == UNKNOWN:
            self._start_asking(now)
        elif outcome.state == DECLINED:
            self._follow_decline(now)
        elif outcome.state == CANCELED and outcome.reason in LEAVES_ROOM:
            self._follow_canceled_retry(now)
        return super()._after_outcome(outcome, now)

    def _get_sweeps(self, now):
        return [
            *super()._get_sweeps(now),
            (self._search_unanswered(now), "_escalate", ()),
            (self._search_needless_authentications(now), "_close_authentication", ()),
        ]
