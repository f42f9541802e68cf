# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from ...rules.const import DECLINED, PAID, PLANNED, SENT, SETTLING, UNKNOWN

# The outcome of several charges is that of the first of these states.
ORDER = (DECLINED, UNKNOWN, PLANNED, SENT, SETTLING, PAID)
OUTCOMES = {
    DECLINED: "failed",
    UNKNOWN: "later",
    PLANNED: "waiting",
    SENT: "waiting",
    SETTLING: "settling",
    PAID: "paid",
}


class PaycollectLink(models.Model):
    """What saving a method through the link pays, and what became of it."""

    _inherit = "paycollect.link"

    def _get_failed_charge(self):
        """Return the latest declined charge that the new method makes up for (sudo)."""
        self.ensure_one()
        charges = self.env["paycollect.attempt"].sudo()
        for move in self._get_waiting_moves():
            charges |= move._get_failed_charge()
        return charges.sorted("sent_at")[-1:]

    def _get_total_to_charge(self):
        """Return what is charged on saving as text; empty if nothing is."""
        if not self.company_id.collection_active:
            return ""
        amounts = self.partner_id._get_waiting_amounts(self.company_id)
        currencies = {move.currency_id for move in amounts}
        if len(currencies) != 1:
            return ""
        return currencies.pop()._format_amount(sum(amounts.values()))

    def _get_charge_outcome(self, token):
        """Return what became of the charges that saving a method started.

        :param token: the new method (sudo)
        :return: ``outcome`` (empty: nothing was charged, ``waiting``: ask again,
            ``later``, ``settling``, ``paid`` or ``failed``) and ``text``
        """
        self.ensure_one()
        charges = self.env["paycollect.attempt"].sudo()
        if token:
            charges = charges.search(
                [("token_id", "=", token.id), ("state", "in", ORDER)], order="id"
            )
        if not charges:
            return {"outcome": "", "text": ""}
        state = min(charges.mapped("state"), key=ORDER.index)
        outcome = OUTCOMES[state]
        if outcome == "waiting" and charges.filtered(
            lambda charge: charge.parked_code or charge._is_waiting()
        ):
            outcome = "later"
        shown = charges.filtered(
            lambda charge: OUTCOMES[charge.state] == OUTCOMES[state]
        )
        return {"outcome": outcome, "text": self._get_outcome_text(outcome, shown)}

    def _get_outcome_text(self, outcome, charges):
        values = {
            "amount": charges[:1].currency_id._format_amount(
                sum(charges.mapped("amount"))
            ),
            "method": charges[:1].token_id._get_label(),
            "invoices": format_list(self.env, charges.move_id.mapped("name")),
        }
        match outcome:
            case "paid":
                return self.env._(
                    "%(amount)s paid with %(method)s for %(invoices)s.", **values
                )
            case "settling":
                return self.env._(
                    "%(amount)s for %(invoices)s is on its way from your %(method)s. "
                    "This takes up to five business days.",
                    **values,
                )
            case "failed":
                reason = charges[-1:].move_id._get_decline_text()
                return self.env._(
                    "%(method)s was saved, but the payment of %(amount)s for "
                    "%(invoices)s failed. %(reason)s",
                    reason=reason,
                    **values,
                )
            case "waiting":
                return self.env._(
                    "Paying %(amount)s for %(invoices)s with %(method)s…", **values
                )
        return self.env._(
            "%(amount)s for %(invoices)s will be charged to %(method)s. We'll let you "
            "know as soon as it is paid.",
            **values,
        )
