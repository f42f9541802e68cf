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
        if self.payment_id:
            self._update_payment(now)
        elif self._is_money_out():
            self._report_missing_payment()
        self._book_fee(now)

    def _update_payment(self, now):
        out, booked = self._get_payment_out(), self._get_booked_out()
        change = self.payment_id.currency_id.compare_amounts(out, booked)
        if change > 0 and not self.reversal_move_id:
            self._reverse_payment(out, now)
        elif change < 0:
            self._book_payment_again(booked - out, now)

    def _get_payment_out(self):
        """Return how much of the payment is out, in its currency."""
        out, payment = self._get_amount_out(), self.payment_id
        if payment.currency_id != self.currency_id:
            return payment.amount if out else 0.0
        return min(out, payment.amount)

    def _get_booked_out(self):
        """Return how much of the payment is out by the books, in its currency."""
        if self.is_payment_rejected:
            return self.payment_id.amount
        reversal = self.reversal_move_id
        return self._get_taken(reversal | reversal.reversal_move_ids)

    def _get_taken(self, moves):
        """Return what posted entries take from the payment, in its currency."""
        payment = self.payment_id
        liquidity, _counterpart, _other = payment._seek_for_lines()
        lines = moves.line_ids.filtered(
            lambda line: (
                line.account_id in liquidity.account_id
                and line.parent_state == "posted"
            )
        )
        return payment.currency_id.round(-sum(lines.mapped("amount_currency")))

    def _report_missing_payment(self):
        self._report_books(
            self.env._(
                "No payment for %(reference)s was found to reverse. Record the "
                "withdrawal of the funds manually.",
                reference=self.transaction_id.reference,
            )
        )

    def _reverse_payment(self, amount, now):
        """Reverse the disputed part of the payment, which reopens the invoices.

        :param amount: of that part, in the payment's currency
        """
        payment = self.payment_id
        if not payment.move_id:
            self._reject_payment(amount)
            return
        liquidity, counterpart, _other = payment._seek_for_lines()
        matches = self._get_paid_matches(counterpart)
        invoice_lines = matches.debit_move_id
        matches.unlink()
        reversal = self._create_counter_entry(
            payment.move_id,
            amount / payment.amount,
            self._in_customers_language()._(
                "Reversal of %(reference)s: %(dispute)s",
                reference=payment.memo or payment.name,
                dispute=self.provider_reference,
            ),
            now,
        )
        self.reversal_move_id = reversal
        self._match(counterpart, reversal)
        self._match(liquidity, reversal)
        (counterpart + invoice_lines).filtered(
            lambda line: not line.reconciled
        ).reconcile()
        self._report_reopened(invoice_lines.move_id - self.move_ids)
        payment.message_post(body=self._get_text())

    def _reject_payment(self, amount):
        """A payment without an entry can't be reversed in part."""
        self.payment_id.action_reject()
        self.is_payment_rejected = True
        if self.payment_id.currency_id.compare_amounts(amount, self.payment_id.amount):
            self._report_books(self._get_part_text())

    def _get_paid_matches(self, counterpart):
        """Return the matches with what the payment paid, without what gave it back:
        other disputes and refunds."""
        others = self.search([("payment_id", "=", self.payment_id.id)])
        return counterpart.matched_debit_ids.filtered(
            lambda match: (
                match.debit_move_id.move_id not in others.reversal_move_id
                and not match.debit_move_id.move_id.origin_payment_id
            )
        )

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

    def _in_customers_language(self):
        """Return an environment for what is on the customer's statement."""
        lang = self.payment_id.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env

    def _create_counter_entry(self, move, share, ref, now):
        """Return the posted entry that reverses a share of an entry; 1 = all of it."""
        vals = {"date": self.company_id._get_today(now), "ref": ref}
        if share == 1:
            counter = move._reverse_moves([vals])
        else:
            counter = self.env["account.move"].create(
                self._prepare_partial_vals(move, share) | vals
            )
        counter._post(soft=False)
        return counter

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

    def _book_payment_again(self, amount, now):
        """Book what came back of the payment again; pay what is still open.

        :param amount: in the payment's currency
        """
        payment = self.payment_id
        if self.is_payment_rejected:
            self._take_payment_again()
            return
        liquidity, counterpart, _other = payment._seek_for_lines()
        reversal = self.reversal_move_id
        for lines in (counterpart, liquidity):
            self._unmatch(lines, reversal)
        again = self._create_counter_entry(
            reversal,
            amount / self._get_taken(reversal),
            self._in_customers_language()._(
                "Reinstatement of %(reference)s: %(dispute)s",
                reference=payment.memo or payment.name,
                dispute=self.provider_reference,
            ),
            now,
        )
        self.reinstatement_move_id = again
        for line in reversal.line_ids:
            self._match(line, again)
        self._match(counterpart, reversal)
        self._match(liquidity, reversal)
        self._pay_what_is_open(counterpart)
        payment.message_post(body=self._get_text())

    def _take_payment_again(self):
        """A payment without an entry can't be taken in part."""
        payment = self.payment_id
        if self._is_money_out():
            self._report_books(self._get_part_text())
            return
        payment.action_draft()
        payment.action_post()
        self.is_payment_rejected = False

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
