# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.const import OCCASION_PAID


class PaymentTransaction(models.Model):
    """Keeps customers from paying an invoice that is being charged, or more than what
    is due on it.

    The pages don't offer it. This covers pages that were opened earlier, and requests
    made without a page.
    """

    _inherit = "payment.transaction"

    collection_unanswered_since = fields.Datetime(
        string="Unanswered Since",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="When a method on file was charged that the customer chose on a page, if "
        "the provider hasn't responded.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A payment that is refused leaves no row.

        The pages show the refusal and go on, and a draft would keep the customer from
        starting another one.
        """
        if all(vals.get("operation") == "offline" for vals in vals_list):
            return super().create(vals_list)
        with self.env.cr.savepoint():
            transactions = super().create(vals_list)
            starting = transactions.filtered(lambda tx: tx._is_started_by_customer())
            starting.sudo().invoice_ids._check_not_being_charged()
            starting._check_amount_open()
        return transactions

    def _is_ours(self):
        """Transactions of an attempt are ours, and so are their refunds."""
        tx = self.sudo()
        return super()._is_ours() or bool(
            (tx.source_transaction_id or tx).collection_attempt_ids
        )

    def _create_payment(self, **extra_create_values):
        """Date the payment by the company's day: whoever's request or job books it has
        another time zone, or none."""
        transaction = self
        if self.company_id.sudo().collection_active:
            transaction = self.with_context(tz=self.company_id._get_zone().key)
        return super(PaymentTransaction, transaction)._create_payment(
            **extra_create_values
        )

    def _post_process(self):
        """Plan the next installment as soon as one is paid."""
        result = super()._post_process()
        done = self.sudo().filtered(lambda tx: tx.state == "done")
        if moves := done.collection_attempt_ids.move_id:
            moves._plan_next_part()
        return result

    def _is_started_by_customer(self):
        self.ensure_one()
        return (self.operation or "").startswith("online_")

    def _after_post_process(self):
        """Update the attempts, and notify the customer of a payment."""
        if attempts := self.collection_attempt_ids:
            attempts._as_system()._sync_with_transaction()
        if self.state == "done":
            self.invoice_ids._notify_customer(OCCASION_PAID)
        return super()._after_post_process()

    def _check_amount_open(self):
        """Refuse more than the amount due on posted invoices.

        :raise ValidationError: with the amount due
        """
        for tx in self.sudo():
            invoices = tx.invoice_ids.filtered("company_id.collection_active")
            if not invoices or set(invoices.mapped("state")) != {"posted"}:
                continue  # for an order, or not collected: Odoo's own rules apply
            open_amount = sum(invoices.mapped("amount_residual"))
            if tx.currency_id.is_zero(open_amount):
                raise ValidationError(
                    self.env._("Nothing is due: this has already been paid.")
                )
            if tx.currency_id.compare_amounts(tx.amount, open_amount) > 0:
                raise ValidationError(
                    self.env._(
                        "Only %(amount)s is still due. Please reload the page.",
                        amount=tx.currency_id._format_amount(open_amount),
                    )
                )

    def _is_still_owed(self):
        """Hook: whether what it pays is still owed, since it was created."""
        self.ensure_one()
        invoices = self.sudo().invoice_ids.filtered("company_id.collection_active")
        if not invoices:
            return True  # for an order, or not collected: Odoo's own rules apply
        open_amount = sum(invoices.mapped("amount_residual"))
        enough = self.currency_id.compare_amounts(open_amount, self.amount) >= 0
        return enough and set(invoices.mapped("state")) == {"posted"}
