# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import time

from odoo import fields, models

from ...rules.collectable import Discount, Part, assess
from ...rules.const import OCCASION_DUE, PAID
from ..company.moments import format_day

DUE_AT = time(8)  # of the company's day


class AccountMove(models.Model):
    """What is owed today: the single source for every charge, page and message."""

    _inherit = "account.move"

    collection_credit_used = fields.Monetary(
        string="Customer Credit Applied",
        copy=False,
        readonly=True,
        help="Amount of the customer's credit that was applied to this invoice before "
        "charging.",
        groups="base.group_user",
    )

    def _get_collectable(self, now=None):
        """Return what can be collected today.

        In bulk: one query for the customers' credits, and one for the installments of
        invoices that aren't fully due. If a customer has several invoices, the oldest
        uses the credit first.

        :param now: naive UTC datetime
        :return: ``{move: collectable.Collectable}``
        """
        moves = self.sudo().sorted(
            lambda move: (move.invoice_date_due or move.date, move.id)
        )
        credits = moves._get_open_credits()
        days = {company: company._get_today(now) for company in moves.company_id}
        result = {}
        for move in moves:
            result[move] = move._assess(credits[move], days[move.company_id])
            move._use_up(credits[move], result[move].credit)
        return {move: result[move] for move in self}

    def _get_amount_to_pay(self):
        """Return the amount to request from the customer: what is due, else the next
        installment, less the credit that is used for it."""
        self.ensure_one()
        return self._get_collectable()[self].get_amount_after_credit(ahead=True)

    def _get_pay_by_date(self):
        """Return the date by which the customer has to pay that amount."""
        self.ensure_one()
        today = self.company_id._get_today()
        return self._get_due_date(self._get_collectable()[self], today)

    def _get_due_date(self, collectable, today):
        parts = self._get_open_parts(today)
        first = min((part.due for part in parts), default=self.invoice_date_due)
        return collectable.discount_until or first

    def _has_parts_or_discount(self):
        """Whether the customer must know more than one date and one amount."""
        found = self._get_collectable()[self]
        return bool(found.discount or (found.due and found.next_due))

    def _get_due_text(self, collectable=None, now=None):
        """Return what the customer has to pay by when, as a sentence that follows a
        colon.

        :param collectable: what is owed; default: computed here
        :param now: naive UTC datetime
        """
        self.ensure_one()
        found = collectable or self._get_collectable(now)[self]
        today = self.company_id._get_today(now)
        due = self._get_due_date(found, today)
        values = {
            "amount": self.currency_id._format_amount(
                found.get_amount_after_credit(ahead=True)
            ),
            "date": format_day(self.env, due),
        }
        if found.discount:
            return self.env._(
                "%(amount)s is due by %(date)s, early payment discount included. "
                "After that, %(full)s is due by %(due)s.",
                full=self.currency_id._format_amount(found.due - found.credit),
                due=format_day(self.env, self.invoice_date_due),
                **values,
            )
        if found.due and found.next_due:
            return self.env._(
                "%(amount)s is due by %(date)s, and %(next)s by %(next_date)s.",
                next=self.currency_id._format_amount(found.next_amount),
                next_date=format_day(self.env, found.next_due),
                **values,
            )
        if due and due < today:
            return self.env._("%(amount)s was due by %(date)s.", **values)
        return self.env._("%(amount)s is due by %(date)s.", **values)

    def _assess(self, credits, today):
        self.ensure_one()
        company = self.company_id
        return assess(
            self._get_open_parts(today),
            today,
            discount=self._get_discount(today),
            credit=sum(credits.values()),
            use=company.collection_credit_use,
            digits=self.currency_id.decimal_places,
        )

    def _use_up(self, credits, amount):
        """Deduct what this invoice uses from the credits shared by several invoices."""
        for line in list(credits):
            part = min(amount, credits[line])
            credits[line] = self.currency_id.round(credits[line] - part)
            amount = self.currency_id.round(amount - part)

    # -- parts -------------------------------------------------------------------

    def _get_term_lines(self):
        return self.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _is_all_due(self, today):
        """Whether the last installment is due, which is the invoice's due date."""
        return bool(self.invoice_date_due) and self.invoice_date_due <= today

    def _get_open_parts(self, today):
        """Return the open :class:`collectable.Part` list; none for a credit note."""
        if self.state != "posted" or self.move_type != "out_invoice":
            return []
        if self._is_all_due(today):
            return [Part(self.invoice_date_due, self.amount_residual)]
        return [
            Part(line.date_maturity or line.date, line.amount_residual_currency)
            for line in self._get_term_lines()
            if not line.reconciled
        ]

    def _get_discount(self, today):
        """Return the :class:`collectable.Discount` on the posted line, or None.

        As in Odoo, any earlier payment ends the discount. Credit that was applied
        automatically does not.
        """
        if self.state != "posted" or self._is_all_due(today):
            return None
        line = self._get_term_lines()
        if len(line) != 1 or not line.discount_date or line.reconciled:
            return None
        paid = line.amount_currency - line.amount_residual_currency
        if self.currency_id.compare_amounts(paid, self.collection_credit_used):
            return None
        amount = line.amount_currency - line.discount_amount_currency
        return Discount(line.discount_date, self.currency_id.round(amount))

    def _get_due_moment(self, collectable):
        """Return when the next installment is due (naive UTC), or None if something is
        due now."""
        if collectable.is_early:
            return self.company_id._get_moment(collectable.next_due, DUE_AT)
        return None

    def _is_eligible_for_early_payment_discount(self, currency, reference_date):
        """Not eligible when the payment already writes off the discount itself."""
        if self.env.context.get("paycollect_discount_booked"):
            return False
        return super()._is_eligible_for_early_payment_discount(currency, reference_date)

    # -- the next part -----------------------------------------------------------

    def _plan_next_part(self, now=None):
        """Plan the remaining balance of invoices of which an installment was charged.

        The customer gets a single message: what was paid, and what will be charged
        when.

        :param now: naive UTC datetime
        """
        moves = self.filtered(lambda move: move._has_part_left())
        attempts = moves._plan_collection("completion", now)
        charged = attempts.filtered(lambda a: not a._tells_customer(now)).move_id
        (moves - charged)._notify_customer(OCCASION_DUE, now)

    def _has_part_left(self):
        """Whether an installment was charged and the next one isn't planned yet."""
        self.ensure_one()
        last = self._get_last_attempt()
        return (
            self._is_owed()
            and self.payment_state == "partial"
            and self.collection_mode == "auto"
            and last.state == PAID
            and not last.asked_amount
        )
