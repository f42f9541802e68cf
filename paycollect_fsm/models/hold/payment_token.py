# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules import retry
from ...rules.hold import LIVE

NO = (False, "none")


class PaymentToken(models.Model):
    """Methods that an amount can be held on."""

    _inherit = "payment.token"

    def _is_holdable(self):
        """Whether its provider and its kind of method take authorizations."""
        self.ensure_one()
        token = self.sudo()
        method = token.payment_method_id
        method = method.primary_payment_method_id or method
        return (
            token.method_kind != "bank"
            and token.provider_id.support_manual_capture not in NO
            and method.support_manual_capture not in NO
        )

    def _get_verified_at(self):
        """Return when the bank last confirmed the method, or None: it was stored with a
        verification, charged, or an amount was held on it (naive UTC)."""
        self.ensure_one()
        done = (
            self.env["payment.transaction"]
            .sudo()
            .search(
                [
                    ("token_id", "=", self.id),
                    ("state", "=", "done"),
                    ("operation", "!=", "refund"),
                ],
                order="last_state_change desc",
                limit=1,
            )
        )
        held = (
            self.env["paycollect.hold"]
            .sudo()
            .search(
                [("token_id", "=", self.id), ("held_at", "!=", False)],
                order="held_at desc",
                limit=1,
            )
        )
        return max(filter(None, (done.last_state_change, held.held_at)), default=None)

    def _handle_archiving(self):
        """Release the holds on methods that are removed."""
        result = super()._handle_archiving()
        Hold = self.env["paycollect.hold"].sudo()
        holds = Hold.search([("token_id", "in", self.ids), ("state", "in", LIVE)])
        holds.order_id._review_holds()
        return result

    def _is_capped(self, now, plan):
        """Whether the card network's limit blocks the method now.

        :param now: naive UTC datetime
        :param plan: the ``paycollect.retry.plan`` that may set a lower limit
        """
        times = self._get_decline_times(now)[self._get_method_key()]
        caps = retry.get_caps(self._get_network(), plan.network_cap)
        return bool(retry.cap_free_at(times, caps, now))
