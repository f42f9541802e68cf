# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_list

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules.open_items import ON_ITS_WAY
from ...rules.requests import PURPOSE


class PaycollectRequest(models.Model):
    """Applying a payment to the invoices that its customer named."""

    _inherit = "paycollect.request"

    def _apply_payment(self, today):
        """Reconcile what is open now of the payment and the invoices (sudo).

        :param today: the company's day
        :return: what was applied, in the customer's language
        :raise UserError: if there is nothing to apply, or if an invoice is being paid
        """
        line = self.line_id
        wait_and_lock(self.move_ids)
        if self.kind != PURPOSE or not line._get_paid().unapplied:
            raise UserError(
                self.env._(
                    "Nothing is left of this payment to apply. Answer with “Done” if "
                    "it was used as the customer wanted, or else with “Decline.”"
                )
            )
        lines = self._get_payable_lines(today)
        before = {move: self._get_open_amount(lines, move) for move in lines.move_id}
        (line | lines).reconcile()
        shares = {
            move: amount - self._get_open_amount(lines, move)
            for move, amount in before.items()
        }
        return self._get_applied_text(shares)

    def _get_payable_lines(self, today):
        """Return the open due dates of the invoices that the payment can pay.

        :raise UserError: if there are none, or if one is being paid right now
        """
        line, company = self.line_id, self.company_id
        customer = line.partner_id.commercial_partner_id
        found = customer._get_open_items(company, today)[customer]
        named = [item for item in found if item.move in self.move_ids]
        if busy := [item.move.name for item in named if item.state == ON_ITS_WAY]:
            raise UserError(
                self.env._(
                    "A payment of %(invoices)s is on its way. Wait until it "
                    "arrives or fails, then try again.",
                    invoices=format_list(self.env, list(dict.fromkeys(busy))),
                )
            )
        lines = line.browse(
            {
                item.line.id: None
                for item in named
                if not item.is_credit
                and (item.line.account_id, item.currency)
                == (line.account_id, line.currency_id)
            }
        )
        if not lines:
            raise UserError(
                self.env._(
                    "None of these invoices can be paid with this payment anymore. "
                    "Answer with “Done” or “Decline,” and tell the customer why."
                )
            )
        return lines

    def _get_open_amount(self, lines, move):
        own = lines.filtered(lambda line: line.move_id == move)
        return sum(own.mapped("amount_residual_currency"))

    def _get_applied_text(self, shares):
        """Return the answer to the customer.

        :param shares: ``{invoice: amount that was applied}``
        """
        request = self.with_context(lang=self.partner_id.lang)
        _, currency = request.env._, request.currency_id
        parts = [
            _(
                "%(amount)s to %(invoice)s",
                amount=currency._format_amount(amount),
                invoice=move.name,
            )
            for move, amount in shares.items()
            if not currency.is_zero(amount)
        ]
        text = _("We applied %(shares)s.", shares=format_list(request.env, parts))
        if rest := request.line_id._get_paid().unapplied:
            text += " " + _(
                "%(amount)s stays on your account as credit.",
                amount=currency._format_amount(rest),
            )
        return text
