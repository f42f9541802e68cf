# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.charge import SECOND_ENGINE
from ...rules.const import CANCELED, DECLINED, PAID, UNKNOWN
from ...rules.method_limits import LIMITS
from .paycollect_attempt_authenticate import POSSIBLE

# If a retry can't be sent for one of these reasons, another method may be tried.
LEAVES_ROOM = (
    "no_method",
    "no_consent",
    "expired",
    "refused",
    *LIMITS,
)


class PaycollectAttempt(models.Model):
    """Connects recovery to charges that did not simply succeed."""

    _inherit = "paycollect.attempt"

    def _after_outcome(self, outcome, now):
        if outcome.state == UNKNOWN:
            self._start_asking(now)
        elif outcome.state == DECLINED:
            self._follow_decline(now)
        elif outcome.state == CANCELED and outcome.reason in LEAVES_ROOM:
            self._follow_canceled(now)
        return super()._after_outcome(outcome, now)

    def _prepare_state_vals(self, state, now):
        vals = super()._prepare_state_vals(state, now) | {"ask_at": False}
        if state == PAID and self.authentication == POSSIBLE:
            vals["authentication"] = "confirmed"
        return vals

    def _get_history_reasons(self):
        return [*super()._get_history_reasons(), self.follow_up]

    def _get_chore(self, now, **facts):
        return super()._get_chore(now, ask_at=self.ask_at, **facts)

    def _search_unparkable(self, code, now):
        """Retries wait until the provider's external retries are turned off."""
        parked = super()._search_unparkable(code, now)
        if code != SECOND_ENGINE:
            return parked
        return parked.filtered(
            lambda a: not a.token_id.provider_id.collection_foreign_retries_at
        )

    def _get_sweeps(self, now):
        return [
            *super()._get_sweeps(now),
            (self._search_unparkable(SECOND_ENGINE, now), "_set_unparked", ()),
            (self._search_unanswered(now), "_escalate", ()),
            (self._search_needless_authentications(now), "_close_authentication", ()),
        ]
