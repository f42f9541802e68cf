# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import models
from odoo.tools import SQL

# What the query reads.
READ_FIELDS = {
    "account.account": ["account_type"],
    "account.move": ["move_type"],
    "account.move.line": ["account_id", "move_id", "statement_line_id"],
    "account.partial.reconcile": ["credit_move_id", "debit_move_id"],
    "account.payment": ["move_id", "outstanding_account_id"],
}


class AccountPayment(models.Model):
    """The invoices and statement lines that a payment is reconciled with."""

    _inherit = "account.payment"

    def _compute_stat_buttons_from_reconciliation(self):
        """Find them from the payments' own journal items, which an index leads to.

        The same as Odoo's, with one query instead of two that each take five times as
        long; for payments that aren't stored yet, Odoo's.
        """
        if not self.ids or not all(self.mapped("id")):
            return super()._compute_stat_buttons_from_reconciliation()
        matched, statement_lines = self._filter_matched()._read_matched()
        moves, lines = self.env["account.move"], self.env["account.bank.statement.line"]
        sales, purchases = moves.get_sale_types(True), moves.get_purchase_types(True)
        for payment in self:
            found = matched[payment.id]
            documents = payment.invoice_ids
            sold = documents.filtered(lambda move: move.move_type in sales)
            bought = documents.filtered(lambda move: move.move_type in purchases)
            sold |= moves.browse(i for i, kind in found if kind in sales)
            bought |= moves.browse(i for i, kind in found if kind in purchases)
            is_note = {*sold.mapped("move_type")} == {"out_refund"}
            statements = lines.browse(sorted(statement_lines[payment.id]))
            payment.reconciled_invoice_ids = sold
            payment.reconciled_invoices_count = len(sold)
            payment.reconciled_invoices_type = "credit_note" if is_note else "invoice"
            payment.reconciled_bill_ids = bought
            payment.reconciled_bills_count = len(bought)
            payment.reconciled_statement_line_ids = statements
            payment.reconciled_statement_lines_count = len(statements)
        return None

    def _filter_matched(self):
        """Leave out those whose journal items have no matches."""
        matched = self.sudo().move_id._filter_matched()
        return self.filtered(lambda payment: payment.sudo().move_id in matched)

    def _read_matched(self):
        """Return the invoices as ``{payment id: [(id, move_type)]}`` and the statement
        lines as ``{payment id: {id}}``."""
        matched, statement_lines = defaultdict(list), defaultdict(set)
        if not self:
            return matched, statement_lines
        for model, names in READ_FIELDS.items():
            self.env[model].flush_model(names)
        for (
            payment_id,
            move_id,
            kind,
            line_id,
            is_open_item,
            is_outstanding,
        ) in self.env.execute_query(
            SQL(
                """
                    SELECT DISTINCT payment.id, other.move_id, document.move_type,
                           other.statement_line_id,
                           account.account_type IN
                               ('asset_receivable', 'liability_payable'),
                           account.id = payment.outstanding_account_id
                      FROM account_payment payment
                      JOIN account_move_line item ON item.move_id = payment.move_id
                      JOIN account_account account ON account.id = item.account_id
                      JOIN LATERAL
                           (SELECT part.credit_move_id AS id
                              FROM account_partial_reconcile part
                             WHERE part.debit_move_id = item.id
                             UNION ALL
                            SELECT part.debit_move_id
                              FROM account_partial_reconcile part
                             WHERE part.credit_move_id = item.id) matched
                        ON matched.id != item.id
                      JOIN account_move_line other ON other.id = matched.id
                      JOIN account_move document ON document.id = other.move_id
                     WHERE payment.id IN %s
                     ORDER BY other.move_id
                    """,
                tuple(self.ids),
            )
        ):
            found = (move_id, kind)
            if is_open_item and found not in matched[payment_id]:
                matched[payment_id].append(found)
            if is_outstanding and line_id:
                statement_lines[payment_id].add(line_id)
        return matched, statement_lines
