# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models


class PaycollectChargeback(models.Model):
    """Keeps the books in line with the money: reverses and rebooks the payment."""

    _inherit = "paycollect.chargeback"

    reversal_move_id = fields.Many2one(
        "account.move", string="Reversal Entry", readonly=True, index="btree_not_null"
    )
    reinstatement_move_id = fields.Many2one(
        "account.move",
        string="Reinstatement Entry",
        readonly=True,
        index="btree_not_null",
    )
    fee_move_id = fields.Many2one(
        "account.move", string="Fee Entry", readonly=True, index="btree_not_null"
    )
    booked_fee = fields.Monetary(
        string="Recorded Fee",
        currency_field="fee_currency_id",
        readonly=True,
        help="Amount of the fee recorded in the books.",
    )
    is_payment_rejected = fields.Boolean(
        string="Payment Rejected",
        readonly=True,
        help="The payment has no journal entry of its own, so it was rejected instead "
        "of reversed.",
    )

    # -- payment -----------------------------------------------------------------

    def _update_books(self, now):
        """Bring the books in line with the money. Repeating it changes nothing."""
        self.ensure_one()
        self = self.with_company(self.company_id)
        is_reversed = self.is_payment_rejected or (
            self.reversal_move_id and not self.reinstatement_move_id
        )
        if self._is_money_out() and not is_reversed:
            self._reverse_payment(now)
        elif not self._is_money_out() and is_reversed:
            self._book_payment_again(now)
        self._book_fee(now)

    def _reverse_payment(self, now):
        """Reverse the disputed part of the payment, which reopens the invoices."""
        payment = self.payment_id
        if not payment:
            self._report_books(
                self.env._(
                    "No payment for %(reference)s was found to reverse. Record the "
                    "withdrawal of the funds manually.",
                    reference=self.transaction_id.reference,
                )
            )
            return
        if not payment.move_id:
            payment.action_reject()
            self.is_payment_rejected = True
            return
        liquidity, counterpart, _other = payment._seek_for_lines()
        invoice_lines = counterpart.matched_debit_ids.debit_move_id
        counterpart.remove_move_reconcile()
        reversal = self._create_reversal(payment, now)
        self.reversal_move_id = reversal
        self._match(counterpart, reversal)
        self._match(liquidity, reversal)
        (counterpart + invoice_lines).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        self._report_reopened(invoice_lines.move_id - self.move_ids)
        payment.message_post(body=self._get_text())

    def _report_reopened(self, moves):
        """Report invoices that this payment paid as a credit: nothing else would."""
        for move in moves.filtered(lambda move: move._is_owed()):
            self.company_id._schedule_collection_activity(
                move,
                self.env._("Collect an invoice again"),
                self.env._(
                    "%(invoice)s was paid with credit from %(reference)s, which the "
                    "bank has taken back, so it is open again. Click “Collect Now” or "
                    "collect it another way.",
                    invoice=move.name,
                    reference=self.transaction_id.reference,
                ),
                code="reopened",
            )

    def _create_reversal(self, payment, now):
        """Return the posted entry that reverses the disputed part of a payment."""
        # on the customer's statement, so in their language
        env = self.with_context(lang=payment.partner_id.lang or self.env.lang).env
        vals = {
            "date": self.company_id._get_today(now),
            "ref": env._(
                "Reversal of %(reference)s: %(dispute)s",
                reference=payment.memo or payment.name,
                dispute=self.provider_reference,
            ),
        }
        move = payment.move_id
        share = self._get_share()
        if share == 1:
            reversal = move._reverse_moves([vals])
        else:
            reversal = self.env["account.move"].create(
                self._prepare_partial_vals(move, share) | vals
            )
        reversal._post(soft=False)
        return reversal

    def _get_share(self):
        """Return the disputed share of the payment; 1 = all of it."""
        paid = self.payment_id.amount
        if self.payment_id.currency_id != self.currency_id or not self.amount:
            return 1
        if self.currency_id.compare_amounts(self.amount, paid) >= 0:
            return 1
        return self.amount / paid

    def _prepare_partial_vals(self, move, share):
        """Return the values of an entry that reverses the given share of each line."""
        lines, rest, rest_currency = [], 0.0, 0.0
        for line in move.line_ids:
            balance = move.company_currency_id.round(-line.balance * share)
            amount = line.currency_id.round(-line.amount_currency * share)
            lines.append(
                {
                    "name": line.name,
                    "account_id": line.account_id.id,
                    "partner_id": line.partner_id.id,
                    "currency_id": line.currency_id.id,
                    "balance": balance,
                    "amount_currency": amount,
                }
            )
            rest += balance
            rest_currency += amount
        lines[-1]["balance"] -= rest
        lines[-1]["amount_currency"] -= rest_currency
        return {
            "move_type": "entry",
            "reversed_entry_id": move.id,
            "journal_id": move.journal_id.id,
            "company_id": move.company_id.id,
            "partner_id": move.partner_id.id,
            "currency_id": move.currency_id.id,
            "line_ids": [Command.create(vals) for vals in lines],
        }

    def _book_payment_again(self, now):
        """Book the payment again after the money came back; pay what is still open."""
        payment = self.payment_id
        if self.is_payment_rejected:
            payment.action_draft()
            payment.action_post()
            self.is_payment_rejected = False
            return
        liquidity, counterpart, _other = payment._seek_for_lines()
        reversal = self.reversal_move_id
        for lines in (counterpart, liquidity):
            self._unmatch(lines, reversal)
        env = self.with_context(lang=payment.partner_id.lang or self.env.lang).env
        again = reversal._reverse_moves(
            [
                {
                    "date": self.company_id._get_today(now),
                    "ref": env._(
                        "Reinstatement of %(reference)s: %(dispute)s",
                        reference=payment.memo or payment.name,
                        dispute=self.provider_reference,
                    ),
                }
            ]
        )
        again._post(soft=False)
        self.reinstatement_move_id = again
        for line in reversal.line_ids:
            self._match(line, again)
        self._pay_what_is_open(counterpart)
        payment.message_post(body=self._get_text())

    def _pay_what_is_open(self, counterpart):
        open_lines = self.move_ids.line_ids.filtered(
            lambda line: (
                line.account_id in counterpart.account_id
                and line.parent_state == "posted"
                and not line.reconciled
            )
        )
        if open_lines:
            (counterpart + open_lines).filtered(
                lambda line: not line.reconciled
            ).reconcile()
        if any(not line.reconciled for line in counterpart):
            self._report_books(
                self.env._(
                    "The funds for %(dispute)s were returned, but the invoices have "
                    "been paid another way. The customer now has a credit. Refund it "
                    "or apply it to another invoice.",
                    dispute=self.provider_reference,
                )
            )

    def _match(self, lines, move):
        """Reconcile lines with those of an entry on the same account.

        Lines that are already matched with a bank statement are left alone.
        """
        for line in lines:
            others = move.line_ids.filtered(
                lambda other, line=line: (
                    other.account_id == line.account_id and not other.reconciled
                )
            )
            if others and line.account_id.reconcile and not line.reconciled:
                (line + others).reconcile()

    def _unmatch(self, lines, move):
        """Undo only the reconciliation between these lines and the entry."""
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        partials.filtered(
            lambda partial: (
                partial.debit_move_id.move_id == move
                or partial.credit_move_id.move_id == move
            )
        ).unlink()

    # -- fee ---------------------------------------------------------------------

    def _book_fee(self, now):
        """Record the provider's fee, or the part of it that was returned."""
        self.ensure_one()
        self._adopt_booked_fee()
        currency = self.fee_currency_id
        change = self.fee - self.booked_fee
        if not currency or currency.is_zero(change):
            return
        expense = self.company_id.collection_fee_account_id
        outstanding = self.payment_id.outstanding_account_id
        if not expense or not outstanding:
            self._report_books(
                self.env._(
                    "The provider charged a fee of %(fee)s for %(dispute)s that isn't "
                    "recorded. Choose a “Dispute Fee Account” in the settings, then "
                    "click “Record Fee” on the chargeback, or record it with the bank "
                    "statement.",
                    fee=currency._format_amount(self.fee),
                    dispute=self.provider_reference,
                )
            )
            return
        move = self.env["account.move"].create(
            self._prepare_fee_move_vals(change, expense, outstanding, now)
        )
        move._post(soft=False)
        self.write({"fee_move_id": move.id, "booked_fee": self.fee})

    def _adopt_booked_fee(self):
        """Hook: note a fee of this dispute that something else has booked."""

    def _prepare_fee_move_vals(self, change, expense, outstanding, now):
        today = self.company_id._get_today(now)
        balance = self.fee_currency_id._convert(
            change, self.company_id.currency_id, self.company_id, today
        )
        label = self.env._("Fee for %(dispute)s", dispute=self.provider_reference)
        return {
            "move_type": "entry",
            "date": today,
            "ref": label,
            "journal_id": self.payment_id.journal_id.id,
            "company_id": self.company_id.id,
            "line_ids": [
                Command.create(
                    {
                        "name": label,
                        "account_id": account.id,
                        "currency_id": self.fee_currency_id.id,
                        "balance": sign * balance,
                        "amount_currency": sign * change,
                    }
                )
                for account, sign in ((expense, 1), (outstanding, -1))
            ],
        }

    # -- helpers -----------------------------------------------------------------

    def _report_books(self, note):
        """Report what can't be booked automatically, once for each invoice."""
        for record in self.move_ids or [self]:
            self.company_id._schedule_collection_activity(
                record,
                self.env._("Record a dispute manually"),
                note,
                code="books",
            )
