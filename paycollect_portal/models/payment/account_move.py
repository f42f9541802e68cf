# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_moment
from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES, PLANNED


class AccountMove(models.Model):
    """Whose payment of an invoice is on its way, and what one of several got."""

    _inherit = "account.move"

    def _get_receipt_discount(self, item, attempt):
        discount = super()._get_receipt_discount(item, attempt)
        if attempt or not item.payment_id:
            return discount
        shares = item.payment_id.payment_transaction_id._get_allocations()
        return sum(shares.filtered(lambda s: s.move_id == self).mapped("discount"))

    def _was_paid_for_less(self):
        shares = (
            self.sudo()
            .transaction_ids._get_allocations()
            .filtered(
                lambda share: (
                    share.move_id == self
                    and share.discount
                    and share.transaction_id.payment_id
                )
            )
        )
        return super()._was_paid_for_less() or bool(shares)

    def _get_on_its_way_note(self):
        """Return who pays with what since when, for the customer."""
        self.ensure_one()
        attempt = self.sudo().collection_attempt_ids.filtered(
            lambda a: a.state in OPEN_STATES and a.state != PLANNED
        )[:1]
        if attempt:
            return self.env._(
                "Charged to %(method)s on %(when)s, on its way",
                method=attempt.token_id._get_label(),
                when=self._format_moment(attempt.sent_at),
            )
        payment = self.sudo().transaction_ids.filtered(
            lambda tx: self._has_pending_transaction(tx)
        )[:1]
        return self.env._(
            "Paid by %(who)s on %(when)s with %(method)s, on its way",
            who=payment.partner_id.name,
            when=self._format_moment(payment.last_state_change or payment.create_date),
            method=payment.payment_method_id.name,
        )

    def _format_moment(self, moment):
        """Format a naive UTC datetime in the customer's time zone."""
        zone = self.partner_id.tz or self.company_id.partner_id.tz
        return format_moment(self.env, moment, tz=zone)
