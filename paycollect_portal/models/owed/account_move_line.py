# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.rules.const import OPEN_STATES, PLANNED

from ...rules.open_items import (
    DISPUTED,
    EXCLUDED,
    IN_RETRY,
    ON_ITS_WAY,
    SCHEDULED,
    OpenItem,
    get_state,
)

OPEN_ITEM_FIELDS = (
    "account_id",
    "amount_residual_currency",
    "company_id",
    "parent_state",
    "partner_id",
    "reconciled",
)


class AccountMoveLine(models.Model):
    """A receivable journal item as an open item of its customer."""

    _inherit = "account.move.line"

    _left_out_idx = models.Index("(move_id) WHERE no_followup")

    def _search_open_items(self, customers, company):
        """Return the posted receivable items that aren't settled (sudo), oldest due
        first.

        :param customers: commercial partners; their contacts' items are included
        """
        if not customers:
            return self.sudo().browse()
        self.flush_model(OPEN_ITEM_FIELDS)
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id IN %s
                   AND line.company_id = %s
                   AND account.account_type = 'asset_receivable'
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND line.amount_residual_currency <> 0
                 ORDER BY COALESCE(line.date_maturity, line.date), line.id
                """,
                tuple(customers.ids),
                company.id,
            )
        )
        return self.sudo().browse(line_id for (line_id,) in rows)

    def _get_item_reasons(self, today):
        """Hook: return why nobody asks for these open items now, in bulk.

        Each room and addon adds its reasons, in any order; ``rules/open_items.py``
        says which one counts.

        :param today: the company's day
        :return: ``{line: {reason: day it ends, or None}}``, with a key for every line
        """
        reasons = {line: {} for line in self}
        attempts = self._get_open_attempts()
        withdrawn = self.move_id._get_withdrawn_deposits()
        for line in self:
            move = line.move_id
            attempt = attempts.get(move)
            if line.no_followup or move in withdrawn:
                reasons[line][EXCLUDED] = None
            if attempt and attempt.state == PLANNED:
                day = line.company_id._get_today(attempt.planned_at)
                kind = IN_RETRY if attempt.trigger == "retry" else SCHEDULED
                reasons[line][kind] = day
            elif attempt or move._has_pending_transaction(move.transaction_ids):
                reasons[line][ON_ITS_WAY] = None
        for line in self._get_disputed_parts():
            reasons[line][DISPUTED] = None
        return reasons

    def _get_disputed_parts(self):
        """Hook: return how much of these open items is in dispute, in bulk.

        :return: ``{line: amount}``, in its currency, at most what is open; lines that
            nobody disputes have no key
        """
        return {
            line: line.amount_residual_currency
            for line in self
            if line.move_id._is_disputed()
        }

    def _get_undisputed_amounts(self):
        """Return ``{line: what is open and not in dispute}``, in bulk."""
        disputed = self._get_disputed_parts()
        return {
            line: line.currency_id.round(
                line.amount_residual_currency - disputed.get(line, 0.0)
            )
            for line in self
        }

    @api.model
    def _get_reason_candidates(self, company):
        """Hook: return where to find the invoices that may have a reason.

        The companion of :meth:`_get_item_reasons` for many customers: only the items
        of these invoices are asked for their reasons, so nothing may be missing; too
        many is only slower. Each room adds its own.

        :return: list of SQL queries of the IDs of ``account.move``
        """
        self.env["paycollect.attempt"].flush_model(["move_id", "state"])
        self.env["payment.transaction"].flush_model(["invoice_ids", "state"])
        self.env["paycollect.chargeback"].flush_model(["move_ids"])
        self.env["sale.order"].flush_model(["company_id", "state"])
        self.env["sale.order.line"].flush_model(["invoice_lines", "is_downpayment"])
        self.flush_model(["company_id", "no_followup", "reconciled"])
        return [
            SQL(
                """
                SELECT move_id FROM account_move_line
                 WHERE no_followup AND company_id = %s AND reconciled IS NOT TRUE
                """,
                company.id,
            ),
            SQL(
                "SELECT move_id FROM paycollect_attempt WHERE state IN %s",
                tuple(OPEN_STATES),
            ),
            SQL(
                """
                SELECT rel.invoice_id
                  FROM account_invoice_transaction_rel rel
                  JOIN payment_transaction tx ON tx.id = rel.transaction_id
                 WHERE tx.state IN ('draft', 'pending', 'authorized', 'done')
                   AND tx.company_id = %s
                """,
                company.id,
            ),
            SQL("SELECT move_id FROM paycollect_chargeback_move_rel"),
            SQL(
                """
                SELECT line.move_id
                  FROM sale_order sale
                  JOIN sale_order_line deposit ON deposit.order_id = sale.id
                  JOIN sale_order_line_invoice_rel rel
                       ON rel.order_line_id = deposit.id
                  JOIN account_move_line line ON line.id = rel.invoice_line_id
                 WHERE sale.state = 'cancel'
                   AND sale.company_id = %s
                   AND deposit.is_downpayment
                """,
                company.id,
            ),
        ]

    def _get_open_attempts(self):
        """Return ``{invoice: its open attempt}`` (sudo), in one query."""
        attempts = self.env["paycollect.attempt"].sudo()
        found = attempts.search(
            [("move_id", "in", self.move_id.ids), ("state", "in", OPEN_STATES)]
        )
        return {attempt.move_id: attempt for attempt in found}

    def _prepare_open_items(self, today):
        """Return ``{line: [OpenItem]}``, in bulk: two rows for a line of which a part
        is in dispute, the rest first."""
        reasons = self._get_item_reasons(today)
        contested = self.filtered(lambda line: DISPUTED in reasons[line])
        disputed = contested._get_disputed_parts()
        found = {}
        for line in self:
            item = line._prepare_open_item(today, reasons[line])
            found[line] = [item]
            if item.state == DISPUTED:
                others = {
                    reason: until
                    for reason, until in reasons[line].items()
                    if reason != DISPUTED
                }
                state = get_state(item.due_date, today, others)
                digits = line.currency_id.decimal_places
                found[line] = item.split(
                    disputed[line], state, others.get(state), digits
                )
        return found

    def _prepare_open_item(self, today, reasons):
        """Return this line as :class:`OpenItem`.

        :param reasons: ``{reason: day it ends, or None}`` of this line
        """
        self.ensure_one()
        move, due = self.move_id, self.date_maturity or self.date
        state = get_state(due, today, reasons)
        discount = self._get_valid_discount(today)
        residual = self.amount_residual_currency
        return OpenItem(
            line=self,
            move=move,
            currency=self.currency_id,
            due_date=due,
            residual=residual,
            state=state,
            discount_until=discount and discount.until,
            discounted=self.currency_id.round(residual - discount.amount)
            if discount
            else residual,
            until=reasons.get(state),
            payable=move.move_type in ("out_invoice", "out_receipt"),
        )

    def _get_valid_discount(self, today):
        """Return the early payment discount that is valid today, or None.

        The date on the posted line counts, not the term of today.

        :return: :class:`paycollect_fsm.rules.collectable.Discount`
        """
        if not self.discount_date or self.discount_date < today:
            return None
        return self.move_id._get_discount(today)
