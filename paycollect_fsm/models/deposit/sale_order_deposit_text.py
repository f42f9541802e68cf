# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.const import OPEN_STATES
from ...rules.deposit import (
    DECLINED,
    DUE,
    HELD,
    LINK_SENT,
    ON_ITS_WAY,
    PAID,
    PLANNED,
    get_deposit,
    get_state,
    to_units,
)
from ...rules.readiness import PREPAID
from ..company.moments import format_day


class SaleOrder(models.Model):
    """What is known about the deposit of an order, in words."""

    _inherit = "sale.order"

    def _get_deposit_state(self, now):
        """Return what is known about the deposit, see ``rules/deposit.get_state``.

        :param now: naive UTC datetime
        :return: (state, deposit, what is due of it), amounts in units
        """
        self.ensure_one()
        unit, percent = self.currency_id.rounding, self.collection_deposit_percent
        if self.collection_mode == PREPAID or not self.company_id.collection_active:
            return "", 0, 0
        asked = get_deposit(to_units(self.amount_total, unit), percent)
        paid = to_units(self._get_collected_amount(), unit)
        due = max(asked - paid, to_units(self._get_deducted_due(), unit))
        last = self._get_deposits().collection_attempt_ids.sorted("id")[-1:]
        sent = bool(self._find_open_links(now))
        state = get_state(asked, due, last.state or "", bool(last.parked_code), sent)
        return state, asked, due

    def _get_deposit_state_text(self, now):
        """Return the sentence for staff, or "".

        :param now: naive UTC datetime
        """
        if self.state == "cancel":
            return self._get_settlement_text()
        state, asked, due = self._get_deposit_state(now)
        if not state:
            return ""
        if state == PAID:
            return self._get_deposit_paid_text(asked)
        return " ".join(
            [
                self._get_deposit_due_text(asked, due),
                self._get_deposit_step(state, now),
            ]
        )

    def _get_deposit_values(self, asked, due=0):
        unit = self.currency_id.rounding
        return {
            "amount": self.currency_id._format_amount(asked * unit),
            "due": self.currency_id._format_amount(due * unit),
            "percent": f"{self.collection_deposit_percent:g}",
        }

    def _get_deposit_paid_text(self, asked):
        values = self._get_deposit_values(asked)
        if day := self._get_deposit_day():
            return self.env._(
                "Deposit of %(amount)s (%(percent)s%%) paid on %(date)s.",
                date=format_day(self.env, day),
                **values,
            )
        return self.env._("Deposit of %(amount)s (%(percent)s%%) paid.", **values)

    def _get_deposit_due_text(self, asked, due):
        values = self._get_deposit_values(asked, due)
        if asked == due:
            return self.env._("Deposit of %(amount)s (%(percent)s%%) due.", **values)
        return self.env._(
            "%(due)s of the deposit of %(amount)s (%(percent)s%%) due.", **values
        )

    def _get_deposit_step(self, state, now):
        """Return what happens next with a deposit that is due."""
        last = self._get_deposits().collection_attempt_ids.sorted("id")[-1:]
        if state in (DECLINED, DUE, LINK_SENT):
            if progress := self._get_deposit_progress_text():
                return progress
        if state == LINK_SENT:
            return self._get_link_sent_text(now)
        return {
            ON_ITS_WAY: self.env._("The charge is being processed."),
            PLANNED: self.env._("It is being charged to the method on file."),
            HELD: last.reason or "",
            DECLINED: self.env._("The method on file was declined."),
            DUE: self._get_deposit_asking_text(now),
        }[state]

    def _get_link_sent_text(self, now=None):
        """Return when the last link that still pays the order was sent, or "".

        :param now: naive UTC datetime
        """
        links = self._find_open_links(now or fields.Datetime.now())
        if not links:
            return ""
        at = max(links.mapped("create_date"))
        return self.env._(
            "A payment link was sent on %(date)s.",
            date=format_day(self.env, self.company_id._get_today(at)),
        )

    def _get_deposit_progress_text(self):
        """Return what becomes of a payment that was planned or started, or ""."""
        self.ensure_one()
        if self._get_payment_problem() != "processing":
            return ""
        last = self._get_open_deposits().collection_attempt_ids.sorted("id")[-1:]
        if last.state == PLANNED and last.parked_code:
            return last.reason or ""
        if last.state in OPEN_STATES:
            return self.env._("It is being charged to the method on file.")
        return self.env._("A payment is being processed.")

    def _get_deposit_confirm_text(self, now=None):
        """Return what confirming the quotation does about its deposit, or "".

        :param now: naive UTC datetime
        """
        if not self._is_quotation() or self.collection_mode == PREPAID:
            return ""
        return self._get_deposit_asking_text(now or fields.Datetime.now())

    def _get_deposit_asking_text(self, now):
        if not self._is_quotation():
            return self.env._("Send the customer a payment link.")
        if method := self._get_deposit_method(now):
            return self.env._(
                "Confirming the order charges it to %(method)s.",
                method=method._get_label(),
            )
        return self.env._("Confirming the order sends the customer a payment link.")

    def _get_deposit_day(self):
        """Return the day of the last payment, or None if it isn't known."""
        payments = self.transaction_ids.filtered(
            lambda transaction: transaction.state == "done"
        ).payment_id
        for move in self._get_deposits():
            payments = payments.union(*move._get_money_paid())
        return max(payments.mapped("date"), default=None)

    def _get_deposit_history(self):
        """Return what happened with the deposit, as sentences, oldest first."""
        policy = self.collection_policy_id
        if self._has_share(policy._get_prepayment_share()):
            lines = [
                self.env._(
                    "The policy “%(policy)s” asks for %(percent)s%%.",
                    policy=policy.name,
                    percent=f"{self.collection_deposit_percent:g}",
                )
            ]
        else:
            lines = [
                self.env._(
                    "%(percent)s%% was agreed on; the policy “%(policy)s” asks for "
                    "%(usual)s%%.",
                    policy=policy.name,
                    percent=f"{self.collection_deposit_percent:g}",
                    usual=f"{policy._get_prepayment_share() * 100:g}",
                )
            ]
        requests = self._get_requested_links()
        lines += filter(None, [requests._get_request_text()])
        online = self.transaction_ids._get_online_payments()
        lines += [payment._get_online_text() for payment in online]
        for move in self._get_deposits():
            attempts = move.collection_attempt_ids.sorted("id")
            lines += [attempt._get_history_text() for attempt in attempts]
            refunds = move.collection_refund_ids.sorted("id")
            lines += [refund._get_history_text() for refund in refunds]
        if self.state == "cancel":
            lines += filter(None, [self._get_settlement_text()])
        return lines
