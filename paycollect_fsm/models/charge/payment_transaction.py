# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import formatLang

from ...rules.const import OCCASION_PAID


class PaymentTransaction(models.Model):
    """Nobody starts to pay an invoice by other means while it is being charged, nor
    more than what is open.

    The pages do not offer it; this is for a page that was opened before, and for
    whoever asks without a page.
    """

    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        starting = transactions.filtered(lambda tx: tx._is_started_by_customer())
        starting.sudo().invoice_ids._check_not_being_charged()
        starting._check_amount_open()
        return transactions

    def _is_collected(self):
        """What was charged by an attempt is ours, and so is its refund."""
        tx = self.sudo()
        return super()._is_collected() or bool(
            (tx.source_transaction_id or tx).collection_attempt_ids
        )

    def _post_process(self):
        """What is left of an invoice in parts is planned as soon as a part is paid."""
        result = super()._post_process()
        done = self.sudo().filtered(lambda tx: tx.state == "done")
        if moves := done.collection_attempt_ids.move_id:
            moves._plan_next_part()
        return result

    def _is_started_by_customer(self):
        self.ensure_one()
        return (self.operation or "").startswith("online_")

    def _after_post_process(self):
        """The attempts follow, and the customer is told."""
        if attempts := self.collection_attempt_ids:
            attempts._as_system()._sync_with_transaction()
        if self.state == "done":
            self.invoice_ids._notify_customer(OCCASION_PAID)
        return super()._after_post_process()

    def _check_amount_open(self):
        """Refuse more than what is open on posted invoices.

        :raise ValidationError: with what is open
        """
        for tx in self.sudo():
            invoices = tx.invoice_ids.filtered("company_id.collection_active")
            if not invoices or set(invoices.mapped("state")) != {"posted"}:
                continue  # of an order, or not collected: Odoo's own rules
            open_amount = sum(invoices.mapped("amount_residual"))
            if tx.currency_id.is_zero(open_amount):
                raise ValidationError(
                    self.env._("There is no amount to be paid: it was paid meanwhile.")
                )
            if tx.currency_id.compare_amounts(tx.amount, open_amount) > 0:
                raise ValidationError(
                    self.env._(
                        "Only %(amount)s is still to be paid. Please load the page "
                        "again.",
                        amount=formatLang(
                            self.env, open_amount, currency_obj=tx.currency_id
                        ),
                    )
                )
