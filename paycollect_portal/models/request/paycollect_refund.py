# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.models.refund.paycollect_refund import WITHDRAWN
from odoo.addons.paycollect_fsm.rules.refund import CREDIT

from ...rules.disputes import OPEN
from ...rules.requests import DECLINED, DONE


class PaycollectRefund(models.Model):
    """Refunds that a customer asked for in the portal: the outcome is the answer."""

    _inherit = "paycollect.refund"

    request_id = fields.Many2one(
        "paycollect.request",
        string="Customer's Request",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _notify_done(self):
        """The answer to the request is the customer's email."""
        if not self._has_open_request():
            return super()._notify_done()
        return self.request_id._answer(DONE, self._get_done_text())

    def _notify_refused(self, now):
        """What staff refuse is answered with their words."""
        if self.reason_code == WITHDRAWN and self._has_open_request():
            return self.request_id._answer(DECLINED, self.refusal, now)
        return super()._notify_refused(now)

    def _has_open_request(self):
        return self.request_id.state == OPEN

    def _get_done_text(self):
        refund = self.with_context(lang=self.request_id.partner_id.lang)
        _, amount = refund.env._, refund.currency_id._format_amount(refund.amount)
        if refund.way == CREDIT:
            return _(
                "We credited %(amount)s to your account, for your next invoice. No "
                "money was returned.",
                amount=amount,
            )
        return _(
            "We refunded %(amount)s (%(method)s).",
            amount=amount,
            method=refund._get_way_text(),
        )
