# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from ...rules.collectable import keep_back


class AccountMoveLine(models.Model):
    """Which of a customer's open items are credit that an invoice may use."""

    _inherit = "account.move.line"

    @api.model
    def _get_open_credits(self, customers, companies, currencies):
        """Return the credits that these customers may use; one query if there are none.

        :return: ``{(customer, company, currency, account): {journal item: amount}}``,
            oldest first; see ``_get_usable_credits``
        """
        items = self._search_open_entries(customers, companies, currencies)
        groups = items.grouped(lambda item: item._get_credit_key())
        return {key: entries._get_usable_credits() for key, entries in groups.items()}

    @api.model
    def _search_open_entries(self, customers, companies, currencies):
        """Return the customers' open credits and the refunds paid to them (sudo)."""
        if not (customers and companies and currencies):
            return self.sudo()
        self.flush_model()  # not only what is read: the rest would be another UPDATE
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %s
                   AND line.company_id IN %s
                   AND line.currency_id IN %s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND (line.amount_residual_currency < 0
                        OR line.amount_residual_currency > 0
                           AND (line.payment_id IS NOT NULL
                                OR line.statement_line_id IS NOT NULL))
                 ORDER BY line.date, line.id
                """,
                tuple(customers.ids),
                tuple(companies.ids),
                tuple(currencies.ids),
            )
        )
        return self.sudo().browse(line_id for (line_id,) in rows)

    def _get_credit_key(self):
        return (
            self.partner_id.commercial_partner_id,
            self.company_id,
            self.currency_id,
            self.account_id,
        )

    def _get_usable_credits(self):
        """Return ``{journal item: amount}`` of one customer's open items, in order.

        Excludes prepayments for orders that aren't invoiced yet, and what is being
        refunded.
        """
        credits = self.filtered(lambda item: item.amount_residual_currency < 0)
        free = credits.filtered(lambda item: not item._is_for_open_order())
        reserved = sum((self - credits).mapped("amount_residual_currency"))
        reserved += free._get_refunds_under_way()
        left = keep_back(
            [(item, -item.amount_residual_currency) for item in free], reserved
        )
        return dict(left)

    def _is_for_open_order(self):
        """Hook: whether the item is an online payment for an order not invoiced yet."""
        orders = self.payment_id.payment_transaction_id.sale_order_ids
        return any(
            order.state != "cancel" and order.invoice_status != "invoiced"
            for order in orders
        )

    def _get_refunds_under_way(self):
        """Return the amount being refunded to this customer and not booked yet."""
        if not self:
            return 0.0
        customer = self.partner_id.commercial_partner_id
        refunds = self.env["payment.transaction"].search(
            [
                ("partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("operation", "=", "refund"),
                ("state", "in", ("draft", "pending", "authorized")),
            ]
        )
        return -sum(refunds.mapped("amount"))

    def _lock_credits(self):
        """Lock credits that are about to be used.

        :raise LockNotAvailable: if one is locked by another transaction
        """
        self.env.cr.execute(
            SQL(
                "SELECT FROM account_move_line WHERE id IN %s FOR UPDATE NOWAIT",
                tuple(self.ids),
            )
        )

    def _prepare_discount_vals(self):
        """Return the journal items that write off the item's early payment discount."""
        self.ensure_one()
        values = self.move_id._get_invoice_counterpart_amls_for_early_payment_discount(
            [
                {
                    "aml": self,
                    "amount_currency": -self.amount_residual_currency,
                    "balance": -self.amount_residual,
                }
            ],
            self.balance - self.discount_balance,
        )
        return [
            {**vals, "partner_id": self.move_id.partner_id.id}
            for group in values.values()
            for vals in group
        ]
