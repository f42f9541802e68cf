# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import settlement as rules

# Why a payout isn't booked
WAITING = "waiting"
NO_JOURNAL = "no_journal"
NO_FEE_ACCOUNT = "no_fee_account"
NO_EXCHANGE_ACCOUNT = "no_exchange_account"
NOTHING = "nothing"
REFUSED = "refused"
# Accounting is told.
SET_UP = (NO_JOURNAL, NO_FEE_ACCOUNT, NO_EXCHANGE_ACCOUNT, REFUSED)


class PaycollectSettlement(models.Model):
    """The payout's entry: from what the provider holds to what it sent to the bank.

    What customers paid is on the clearing account, the outstanding account of the
    provider's journal. The entry takes the payout's lines from it, books the fees as
    expense, and leaves the payout on it until the bank transaction takes it off.
    """

    _inherit = "paycollect.settlement"

    move_id = fields.Many2one(
        "account.move",
        string="Journal Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    payout_item_id = fields.Many2one(
        "account.move.line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The journal item that the bank transaction is matched with.",
    )
    booking_code = fields.Char(readonly=True)
    booking_error = fields.Char(readonly=True, help="Why Odoo refused the entry.")
    closed_day = fields.Date(
        readonly=True,
        help="The payout's day, if its books were closed when the entry was created.",
    )

    def _book(self, now):
        """Create the entry, once, as soon as the payout is itemized.

        :param now: naive UTC datetime
        """
        if self.move_id:
            self.line_ids._clear_items()
            return
        code, error = False, False
        try:
            with self.env.cr.savepoint():
                code = self._get_booking_obstacle() or self._create_entry()
                self.env.flush_all()
        except UserError as refusal:
            code, error = REFUSED, str(refusal)
        if self.booking_code != code or self.booking_error != error:
            self.write({"booking_code": code, "booking_error": error})
        self._report_obstacle(now)

    def _create_entry(self):
        """Create and post the entry; return what stands in its way, or False.

        :raise UserError: if Odoo refuses it
        """
        parts = self._prepare_parts()
        vals = self._prepare_entry_vals(parts)
        if not vals:
            return NO_EXCHANGE_ACCOUNT
        moves = self.env["account.move"]
        # its taxes are computed already
        move = moves.with_context(skip_invoice_sync=True).create(vals)
        move = moves.browse(move.id)
        move._post(soft=False)
        self._link_items(move, parts)
        return False

    def _get_booking_obstacle(self):
        """Return why it can't be booked yet, or False."""
        if not self.is_complete:
            return WAITING
        if not self.line_ids:
            return NOTHING
        if not self._get_clearing_account().reconcile:
            return NO_JOURNAL
        fees = any(line._get_expense() for line in self.line_ids)
        if fees and not self.company_id.collection_charge_fee_account_id:
            return NO_FEE_ACCOUNT
        return False

    def _get_clearing_account(self):
        """Return the account that holds what is at the provider, or none."""
        provider = self.provider_id
        payments = self.line_ids.transaction_id.payment_id
        if accounts := payments.outstanding_account_id:
            return accounts[:1]
        if not (journal := provider.journal_id):
            return self.env["account.account"]
        method = journal.inbound_payment_method_line_ids.filtered(
            lambda method: method.payment_provider_id == provider
        )
        if account := method.payment_account_id:
            return account[:1]
        payment = self.env["account.payment"].new({"journal_id": journal.id})
        return payment._get_outstanding_account("inbound")

    def _get_accounting_date(self, has_tax):
        """Return the payout's day, or the first day after it with open books."""
        company, journal = self.company_id, self.provider_id.journal_id

        def get_locks(day):
            locks = company._get_violated_lock_dates(day, has_tax, journal)
            return [lock for lock, _field in locks]

        return rules.get_first_open_day(self.date, get_locks)

    def _link_items(self, move, parts):
        """Remember where each line is booked, and reconcile what it clears."""
        closed = self.date if move.date != self.date else False
        self.write({"move_id": move.id, "closed_day": closed})
        items = move.line_ids.sorted("id")
        for part, item in zip(parts, items, strict=False):
            part.lines.item_id = item
            if part.is_payout:
                self.payout_item_id = item
            elif part.counterparts:
                (item + part.counterparts).reconcile()
        self._note_dispute_fees(move)
        own = [part.lines for part in parts if part.lines and not part.counterparts]
        self._get_returns().union(*own)._clear_items()
        if closed:
            self.message_post(body=self._get_closed_text())

    def _get_returns(self):
        """Return the lines with which this payout came back to the balance."""
        return self.env["paycollect.settlement.line"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("kind", "=", rules.RETURNED),
                ("object_ref", "=", self.reference),
            ]
        )

    def _is_returned(self):
        """Whether the provider couldn't send it, and its return is booked."""
        self.ensure_one()
        return (
            self.provider_status in rules.NOT_SENT
            and self.payout_item_id.reconciled
            and not self.statement_line_id
        )

    def _note_dispute_fees(self, move):
        """Tell disputes that their fee is booked with the payout."""
        for line in self.line_ids.filtered(lambda line: line.chargeback_id):
            if line.fee and line.kind != rules.FEE and not line._has_booked_fee():
                line.chargeback_id._note_fee_booked(line.fee, line.currency_id, move)

    def _report_obstacle(self, now):
        """Tell accounting once what must be set up."""
        if self.booking_code in SET_UP:
            self.company_id._schedule_collection_activity(
                self.company_id.partner_id,
                self.env._("Set up the booking of payouts"),
                self._get_booking_text(),
                code="settlement_books",
                now=now,
            )
