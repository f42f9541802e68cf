# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...rules import settlement as rules
from ..company.paycollect_access import GROUP_USER

# Why it isn't matched with the bank transaction that it is
CLOSED = "closed"
REFUSED = "refused"


class PaycollectSettlement(models.Model):
    """The bank transaction of a payout: matched if certain, otherwise proposed."""

    _inherit = "paycollect.settlement"

    statement_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    proposed_line_ids = fields.Many2many(
        "account.bank.statement.line",
        "paycollect_settlement_proposal_rel",
        "settlement_id",
        "statement_line_id",
        string="Possible Bank Transactions",
        readonly=True,
    )
    chosen_line_id = fields.Many2one(
        "account.bank.statement.line",
        string="Bank Transaction to Match",
        write_groups=GROUP_USER,
        ondelete="set null",
        domain="[('id', 'in', proposed_line_ids)]",
        help="Choose which bank transaction is this payout, then click “Match.”",
    )
    bank_code = fields.Char(readonly=True)
    bank_error = fields.Char(readonly=True, help="Why Odoo refused to match it.")

    def action_match(self):
        """Button: match the payout with the chosen bank transaction.

        :raise UserError: if none of the proposed ones is chosen, or it is matched
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        settlement = self._as_system()
        line = settlement.chosen_line_id
        if not line or line not in settlement.proposed_line_ids:
            raise UserError(
                self.env._("Choose one of the possible bank transactions first.")
            )
        settlement.lock_for_update()
        if not settlement._is_open_at_bank() or line.is_reconciled:
            raise UserError(
                self.env._(
                    "The payout or the bank transaction has been matched in the "
                    "meantime. Look again."
                )
            )
        settlement._pay_in(line)
        settlement._settle(fields.Datetime.now())

    # -- search ------------------------------------------------------------------

    def _match_bank(self):
        """Match it if that is certain, else note what it could be."""
        self._follow_bank()
        if not self._is_open_at_bank():
            return
        choice = self._choose_line()
        lines = self.env["account.bank.statement.line"]
        line, proposals = lines.browse(choice.key or ()), lines.browse(choice.proposals)
        code, error = choice.code, False
        if line and line._get_collection_locks():
            proposals, code = line, CLOSED
        elif line and (error := self._try_to_pay_in(line)):
            proposals, code = line, REFUSED
        if (self.bank_code, self.bank_error) != (code, error) or (
            self.proposed_line_ids != proposals
        ):
            self.write(
                {
                    "bank_code": code,
                    "bank_error": error,
                    "proposed_line_ids": [Command.set(proposals.ids)],
                }
            )

    def _try_to_pay_in(self, line):
        """Match it; return why Odoo refuses, or False."""
        try:
            with self.env.cr.savepoint():
                self._pay_in(line)
                self.env.flush_all()
        except UserError as refusal:
            return str(refusal)
        return False

    def _follow_bank(self):
        """Note with which bank transaction it was matched, or that this was undone."""
        item = self.payout_item_id
        others = (
            item.matched_debit_ids.debit_move_id
            + item.matched_credit_ids.credit_move_id
        )
        line = others.move_id.statement_line_id[:1]
        line = line if item.reconciled else line.browse()
        if self.statement_line_id != line:
            self.statement_line_id = line

    def _is_open_at_bank(self):
        """Whether its bank transaction is expected, and can be matched."""
        self.ensure_one()
        return bool(
            self.payout_item_id
            and not self.payout_item_id.reconciled
            and self.payout_item_id.parent_state == "posted"
            and self.provider_status in rules.SENT
        )

    def _choose_line(self):
        """Return the :class:`settlement.Choice`."""
        lines = [
            rules.BankLine(line.id, line.date, line.payment_ref or "")
            for line in self._search_bank_lines()
        ]
        return rules.choose_bank_line(
            self.reference,
            self._get_bank_names(),
            self.date,
            lines,
            self._count_rivals(),
        )

    def _search_bank_lines(self):
        """Return the open bank transactions of this amount, near the day."""
        lines = self.env["account.bank.statement.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("is_reconciled", "=", False),
                ("date", ">=", self.date - rules.EARLY),
                ("date", "<=", self.date + rules.LATE),
                "|",
                ("amount", "=", self.amount),
                ("amount_currency", "=", self.amount),
            ]
        )
        return lines.filtered(
            lambda line: (
                line._is_paid_in(self.currency_id, self.amount) and line._is_untouched()
            )
        )

    def _count_rivals(self):
        """Return how many other open payouts the same bank transaction could be."""
        others = self.search(
            [
                ("id", "!=", self.id),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("amount", "=", self.amount),
                ("statement_line_id", "=", False),
                ("provider_status", "not in", rules.NOT_SENT),
                ("date", ">=", self.date - rules.EARLY - rules.LATE),
                ("date", "<=", self.date + rules.EARLY + rules.LATE),
            ]
        )
        names = set(self._get_bank_names())
        return len(others.filtered(lambda other: names & set(other._get_bank_names())))

    def _get_bank_names(self):
        """Return the words by which the bank may name the provider."""
        own = (self.statement_text, self.provider_id._get_settlement_name())
        return tuple(name for name in own if name)

    # -- match -------------------------------------------------------------------

    def _pay_in(self, line):
        """Match with an open bank transaction, which takes it off the clearing
        account."""
        line._take_settlement(self.payout_item_id)
        self.write({"statement_line_id": line.id, "chosen_line_id": False})
        self.message_post(body=self._get_matched_text())
