# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ...rules.approval import DISCOUNT, MAXIMUM, ORDERER, Review, find_causes
from ...rules.extras import get_discount


class FSMOrder(models.Model):
    """What the job's extras add to its order, and whether that waits for approval."""

    _inherit = "fsm.order"

    def _sum_extras(self, extras, total, lines):
        """Return ``account.move.collection_extras`` for an invoice; None if it bills no
        extras.

        Extras that were billed before count, too, unless that charge was approved.

        :param extras: those that the invoice bills
        :param total: their total, taxes included
        :param lines: the order lines that the job delivers
        """
        if not extras:
            return None
        before = (self.collection_line_ids - extras).filtered(
            lambda extra: not extra._is_approved()
        )
        ordered = lines.filtered(lambda line: not line.is_job_extra)
        return {
            "own": total,
            "before": sum(before.mapped("price_total")),
            "estimate": sum(ordered.mapped("price_total")),
            "discount": get_discount(
                (extra.quantity, extra.price_unit, extra.list_price, extra.discount)
                for extra in extras | before
            ),
        }

    def _set_extras_on(self, moves, lines):
        """Store on the job's new invoices which extras they bill.

        :param lines: the order lines that the job delivers
        """
        if not self.collection_line_ids:
            return
        for move in moves:
            items = {
                extra: extra._get_invoice_lines() & move.invoice_line_ids
                for extra in self.collection_line_ids
            }
            billed = self.collection_line_ids.filtered(items.get)
            total = sum(sum(items[extra].mapped("price_total")) for extra in billed)
            if sums := self._sum_extras(billed, total, lines):
                move.collection_extras = sums
                move._report_given_away(self)

    # -- preview -----------------------------------------------------------------

    def _find_approval_preview(self, amount, now=None):
        """Return why the charge will wait for approval, see ``approval.find_causes``.

        :param amount: what would be charged
        :param now: naive UTC datetime
        """
        company, currency = self.company_id, self.collection_currency_id
        lines = self._get_delivered_sale_lines()
        new = self._get_extras_to_bill()
        extras = self._sum_extras(new, sum(new.mapped("price_total")), lines) or {}
        review = Review(
            stranger=bool(self._find_strangers()),
            total=amount,
            extras=extras.get("own", 0.0) + extras.get("before", 0.0),
            estimate=extras.get("estimate", 0.0),
            discount=extras.get("discount", 0.0),
            **self.collection_policy_id._get_review_limits(
                currency, company, company._get_today(now)
            ),
        )
        return find_causes(review, amount)

    def _find_strangers(self):
        """Return the other customers who ordered the work, without those approved."""
        payer = self._get_payer().commercial_partner_id
        return self.env["paycollect.approval"]._find_strangers(
            payer, self._get_orderers(), self.company_id
        )

    def _get_approval_preview(self, causes):
        """Return one sentence for the technician: why nothing is charged yet."""
        if causes == (MAXIMUM,):
            return self.env._(
                "The amount is above the limit for automatic charges: the customer "
                "will get the invoice with a link, unless accounting approves the "
                "charge."
            )
        if ORDERER in causes:
            return self.env._(
                "The charge will wait for approval: another customer ordered this work."
            )
        if DISCOUNT in causes:
            return self.env._(
                "The charge will wait for approval: the discount on the extras is "
                "above the limit."
            )
        return self.env._(
            "The charge will wait for approval: the extras are above the limit."
        )

    # -- buttons -----------------------------------------------------------------

    def action_approve_charge(self):
        """Button: open the dialog that approves the charge of the job's invoice."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        moves = self.sudo().invoice_lines.move_id.filtered("collection_to_approve")
        if not moves:
            raise UserError(
                self.env._("%(job)s has no charge waiting for approval.", job=self.name)
            )
        return moves[:1].with_env(self.env).action_approve_charge()
