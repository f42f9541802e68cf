# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules import settlement as rules
from ..company.moments import format_day
from . import paycollect_settlement_bank as bank
from . import paycollect_settlement_books as books


class PaycollectSettlement(models.Model):
    """What people read about a payout: the sum, and what it waits for."""

    _inherit = "paycollect.settlement"

    total_payment = fields.Monetary(string="Payments", compute="_compute_totals")
    total_refund = fields.Monetary(string="Refunds", compute="_compute_totals")
    total_dispute = fields.Monetary(
        string="Disputes and Bank Returns", compute="_compute_totals"
    )
    total_reserve = fields.Monetary(string="Reserve", compute="_compute_totals")
    total_other = fields.Monetary(
        string="Adjustments and Other", compute="_compute_totals"
    )
    total_balance = fields.Monetary(
        string="From the Balance",
        compute="_compute_totals",
        help="What was on the balance at the provider before, or, if negative, stays "
        "there.",
    )
    total_fee = fields.Monetary(string="Fees", compute="_compute_totals")
    total_remainder = fields.Monetary(string="Unexplained", compute="_compute_totals")
    booking_text = fields.Char(string="Booking", compute="_compute_texts")
    bank_text = fields.Char(string="At the Bank", compute="_compute_texts")

    @api.depends("line_ids.gross", "line_ids.fee", "line_ids.kind")
    def _compute_totals(self):
        kinds = {
            rules.PAYMENT: "payment",
            rules.REFUND: "refund",
            rules.REFUND_FAILED: "refund",
            rules.DISPUTE: "dispute",
            rules.RESERVE: "reserve",
            rules.BALANCE: "balance",
            rules.FEE: "fee",
            rules.REMAINDER: "remainder",
        }
        names = ("other", *dict.fromkeys(kinds.values()))
        for settlement in self:
            totals = dict.fromkeys(names, 0.0)
            for line in settlement.line_ids:
                totals[kinds.get(line.kind, "other")] += line.gross
                totals["fee"] -= line.fee
            for name, total in totals.items():
                settlement[f"total_{name}"] = total

    @api.depends(
        "booking_code",
        "booking_error",
        "closed_day",
        "move_id.date",
        "bank_code",
        "bank_error",
        "provider_status",
        "state",
    )
    @api.depends_context("lang")
    def _compute_texts(self):
        for settlement in self:
            settlement.booking_text = settlement._get_booking_text()
            settlement.bank_text = settlement._get_bank_text()

    def _get_booking_text(self):
        """Return how it is booked, or what that waits for."""
        self.ensure_one()
        _ = self.env._
        if self.move_id:
            return self._get_closed_text() if self.closed_day else ""
        return {
            books.WAITING: _(
                "The provider hasn't said yet what this payout is made of. It is asked "
                "again every hour."
            ),
            books.NO_JOURNAL: _(
                "The payout can't be booked: choose a journal for the payment provider "
                "whose incoming payment method has an outstanding account."
            ),
            books.NO_FEE_ACCOUNT: _(
                "The payout can't be booked: choose the account for processing fees in "
                "Settings ▸ Invoicing ▸ Collections."
            ),
            books.NO_EXCHANGE_ACCOUNT: _(
                "The payout can't be booked: the provider converted currencies. Choose "
                "the accounts for exchange differences in Settings ▸ Invoicing."
            ),
            books.REFUSED: _(
                "The payout can't be booked: %(error)s", error=self.booking_error
            ),
            books.NOTHING: _("The payout has no lines, so there is nothing to book."),
        }.get(self.booking_code, "")

    def _get_closed_text(self):
        return self.env._(
            "Booked on %(booked)s, the first open day: the books of %(day)s are "
            "closed.",
            booked=format_day(self.env, self.move_id.date),
            day=format_day(self.env, self.closed_day),
        )

    def _get_bank_text(self):
        """Return with what it is matched, or what to do."""
        self.ensure_one()
        _ = self.env._
        if self.statement_line_id:
            return self._get_matched_text()
        if self.provider_status in rules.NOT_SENT:
            return _(
                "The provider couldn't send this payout. Its amount returns to the "
                "balance and is part of a later payout."
            )
        if not self._is_open_at_bank():
            return ""
        return {
            rules.NOTHING: _(
                "No bank transaction of this amount was found yet. It is looked for "
                "every hour."
            ),
            rules.NO_NAME: _(
                "There is a bank transaction of this amount, but its text doesn't name "
                "the provider. Choose it if it is this payout."
            ),
            rules.SEVERAL: _(
                "Several bank transactions could be this payout. Choose the right one."
            ),
            rules.RIVALS: _(
                "Several payouts have this amount. Choose the bank transaction of this "
                "one."
            ),
            bank.CLOSED: _(
                "The bank transaction was found, but the books of its day are closed. "
                "Ask your accounting manager to reopen them, then choose it."
            ),
            bank.REFUSED: _(
                "The bank transaction was found, but it can't be matched: %(error)s",
                error=self.bank_error,
            ),
        }.get(self.bank_code, "")

    def _get_matched_text(self):
        line = self.statement_line_id
        return self.env._(
            "Matched with the bank transaction of %(day)s: %(text)s",
            day=format_day(self.env, line.date),
            text=line.payment_ref or line.name,
        )
