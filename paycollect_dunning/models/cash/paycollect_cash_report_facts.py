# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import timedelta

from odoo import models

from odoo.addons.paycollect_fsm.rules.const import DECLINED as ATTEMPT_DECLINED
from odoo.addons.paycollect_fsm.rules.const import PLANNED
from odoo.addons.paycollect_fsm.rules.const import UNKNOWN as ATTEMPT_UNKNOWN
from odoo.addons.paycollect_fsm.rules.door import CHECK
from odoo.addons.paycollect_fsm.rules.settlement import FEE, NOT_SENT

from ...rules import cash
from ...rules.cash import Row

MONEY_JOURNALS = ("bank", "cash", "credit")


class PaycollectCashReport(models.Model):
    """What is counted: each kind with one query or two, however many documents."""

    _inherit = "paycollect.cash.report"

    def _get_rows(self, now):
        """Return the rows of the report, section by section (sudo).

        :param now: naive UTC datetime
        """
        today = self.company_id._get_today(now)
        return [
            *self._get_money_rows(),
            *self._get_payout_rows(),
            *self._get_due_rows(today),
            *self._get_failed_rows(),
            *self._get_desk_rows(),
        ]

    # -- what came in and went out -------------------------------------------------

    def _get_money_rows(self):
        """Return what was collected, refunded and returned, by method."""
        items = self._get_money_items()
        names = self._get_method_names(items.move_id)
        groups = defaultdict(items.browse)
        for item in items:
            groups[self._get_money_section(item), names[item.move_id]] |= item
        rows = [
            Row(
                section,
                "",
                name,
                len(found),
                abs(self.currency_id.round(sum(found.mapped("balance")))),
                found._name,
                found._ids,
            )
            for (section, name), found in groups.items()
        ]
        return sorted(
            rows, key=lambda row: (cash.SECTIONS.index(row.section), row.name)
        )

    def _get_money_items(self):
        """Return the items on customers' accounts in bank and cash journals."""
        return self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("date", "=", self.day),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("journal_id.type", "in", MONEY_JOURNALS),
                ("balance", "!=", 0),
            ],
            order="id",
        )

    def _get_money_section(self, item):
        """What is taken back, or comes back after all, is an entry of its own, on the
        day it happened."""
        if item.balance < 0:
            return cash.COLLECTED
        return cash.RETURNED if item.move_id.reversed_entry_id else cash.REFUNDED

    def _get_method_names(self, moves):
        """Return ``{entry: how it was paid}``."""
        payments = {move: self._get_payment(move) for move in moves}
        checks = self._get_check_payments(
            self.env["account.payment"].union(*payments.values())
        )
        return {
            move: self._get_method_name(move.journal_id, payment, checks)
            for move, payment in payments.items()
        }

    def _get_payment(self, move):
        """Return the payment that the entry books, takes back, or books again."""
        while not move.origin_payment_id and move.reversed_entry_id:
            move = move.reversed_entry_id
        return move.origin_payment_id

    def _get_check_payments(self, payments):
        """Return the checks: taken in person or announced by the customer."""
        custody = self.env["paycollect.custody"].search(
            [("payment_id", "in", payments.ids), ("kind", "=", CHECK)]
        )
        noticed = payments.filtered("collection_check_notice_id")
        return custody.payment_id | noticed

    def _get_method_name(self, journal, payment, checks):
        transaction = payment.payment_transaction_id
        if transaction:
            method = transaction.payment_method_id
            return (method.primary_payment_method_id or method).name
        if payment in checks:
            return self.env._("Check")
        return self.env._("Cash") if journal.type == "cash" else journal.name

    # -- the providers' payouts ------------------------------------------------------

    def _get_payout_rows(self):
        """Return the fees that providers kept on the day, and what they paid out."""
        day = [("company_id", "=", self.company_id.id), ("date", "=", self.day)]
        lines = self.env["paycollect.settlement.line"].search(
            [*day, "|", ("kind", "=", FEE), ("fee", "!=", 0)], order="id"
        )
        payouts = self.env["paycollect.settlement"].search(
            [*day, ("provider_status", "not in", NOT_SENT)], order="id"
        )
        fees = {line: -line.net if line.kind == FEE else line.fee for line in lines}
        paid = {payout: payout.amount for payout in payouts}
        return [
            self._make_provider_row(section, provider, found, amounts)
            for section, amounts in ((cash.FEES, fees), (cash.PAYOUTS, paid))
            for provider, found in (lines if amounts is fees else payouts)
            .grouped("provider_id")
            .items()
        ]

    def _make_provider_row(self, section, provider, found, amounts):
        total = self._add_up_amounts(found, amounts.get)
        return Row(
            section, "", provider.name, len(found), total, found._name, found._ids
        )

    # -- what is ahead -------------------------------------------------------------

    def _get_due_rows(self, today):
        """Return what is overdue, due today, and due soon, as it is open now."""
        items = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("move_id.origin_payment_id", "=", False),
                ("amount_residual", ">", 0),
                ("date_maturity", "<", today + timedelta(days=cash.DAYS_AHEAD)),
            ],
            order="date_maturity, id",
        )
        groups = items.grouped(
            lambda item: cash.get_due_code(item.date_maturity, today)
        )
        return [
            Row(
                cash.DUE,
                code,
                "",
                len(found),
                self.currency_id.round(sum(found.mapped("amount_residual"))),
                found._name,
                found._ids,
            )
            for code in (cash.OVERDUE, cash.TODAY, cash.SOON)
            if (found := groups.get(code))
        ]

    def _get_failed_rows(self):
        """Return what was declined on the day, and what is open of declined charges."""
        begin = self.company_id._get_moment(self.day)
        end = self.company_id._get_moment(self.day + timedelta(days=1))
        domains = {
            cash.DECLINED: [
                ("state", "=", ATTEMPT_DECLINED),
                ("done_at", ">=", begin),
                ("done_at", "<", end),
            ],
            cash.RETRY: [("state", "=", PLANNED), ("trigger", "=", "retry")],
            cash.UNKNOWN: [("state", "=", ATTEMPT_UNKNOWN)],
        }
        attempts = self.env["paycollect.attempt"]
        own = ("company_id", "=", self.company_id.id)
        rows = []
        for code, domain in domains.items():
            if found := attempts.search([own, *domain]):
                amount = self._add_up_amounts(found, lambda one: one.amount)
                values = ("", len(found), amount, found._name, found._ids)
                rows.append(Row(cash.FAILED, code, *values))
        return rows

    def _add_up_amounts(self, records, get_amount):
        """Return the sum of amounts in the company's currency, at the day's rates."""
        home, company = self.currency_id, self.company_id
        return home.round(
            sum(
                one.currency_id._convert(get_amount(one), home, company, self.day)
                for one in records
            )
        )

    def _get_desk_rows(self):
        """Return the exceptions that wait for a person, by kind."""
        items = self.env["paycollect.desk.item"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return [
            Row(
                cash.NEEDS_YOU,
                kind,
                "",
                len(found),
                self.currency_id.round(sum(found.mapped("amount"))),
                found._name,
                found._ids,
            )
            for kind, found in items.grouped("kind").items()
        ]
