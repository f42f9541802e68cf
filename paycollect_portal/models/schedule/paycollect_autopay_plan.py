# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.paycollect_fsm.rules.const import (
    CANCELED,
    DECLINED,
    OPEN_STATES,
    PAID,
    PLANNED,
    SENT,
    SETTLING,
    UNKNOWN,
)

from ...rules import autopay
from ...rules.open_items import SCHEDULED

# Reasons why a charge isn't planned that concern nobody: it is being paid.
HARMLESS = ("in_flight", "paid", "customer_paying")


class PaycollectAutopay(models.Model):
    """Once a day: facts → rule → notices and planned charges.

    Everything is read in bulk; only customers with something to do take queries of
    their own.
    """

    _inherit = "paycollect.autopay"

    @api.model
    def _cron_run(self, now=None):
        """Tell customers what will be charged, and plan what is due today.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        if self.env["res.company"]._has_moved():
            return
        companies = self.env["res.company"].sudo()
        for company in companies.search([("collection_active", "=", True)]):
            rows = self.sudo().search([("company_id", "=", company.id)])
            today = company._get_today(now)
            rows = rows._check_methods(today)
            rows._commit()
            for row, charges in rows._get_work(company, today).items():
                row._run_alone(charges, today, now)

    def _run_alone(self, charges, today, now):
        """Do one customer's work in a transaction of its own."""
        with self._separately("autopay"):
            self._as_system()._run(charges, today, now)

    @api.model
    def _get_work(self, company, today):
        """Return ``{autopay: [Charge]}`` for what is to be told or charged now."""
        owed = self.partner_id._get_open_items(company, today)
        lines = self.env["account.move.line"].sudo()
        asked = [
            item.line.id
            for items in owed.values()
            for item in items
            if item.state == SCHEDULED or item.is_asked
        ]
        work = {}
        for row, charges in lines.browse(asked)._get_autopay_charges(today).items():
            if found := [c for c in charges if self._is_work(c, today)]:
                work[row] = found
        return work

    def _is_work(self, charge, today):
        return charge.tell or charge.is_due(today) or self._is_news(charge, today)

    def _is_news(self, charge, today):
        """Whether the customer isn't told yet that a limit keeps it from being
        charged."""
        return (
            bool(charge.problem)
            and charge.day <= today
            and not any(part.problem for part in charge.parts)
        )

    def _run(self, charges, today, now):
        self.ensure_one()
        if not self.try_lock_for_update() or not self.active:
            return
        self._tell_ahead([c for c in charges if c.tell], now)
        self._tell_over([c for c in charges if self._is_news(c, today)])
        self._plan([c for c in charges if c.is_due(today)], now)

    # -- charging ----------------------------------------------------------------

    def _plan(self, charges, now):
        """Plan one attempt for each invoice; tell the customer if that fails."""
        if not charges:
            return
        moves = self._get_lines(charges).move_id
        collectables = moves._use_credits(now, ahead=True)
        amounts = {charge.move.id: charge.amount for charge in charges}
        fitting = moves.filtered(
            lambda move: (
                self.currency_id.compare_amounts(
                    collectables[move].ask(ahead=True), amounts[move.id]
                )
                <= 0
            )
        )
        attempts = fitting._plan_collection(
            "autopay",
            now,
            collectables=collectables,
            tokens=dict.fromkeys(fitting, self.token_id.sudo()),
        )
        attempts.autopay_id = self
        harmless = fitting.filtered(
            lambda move: move.collection_decision_code in HARMLESS
        )
        failed = moves - attempts.move_id - harmless
        items = self._get_items([c for c in charges if c.move not in harmless])
        for attempt in attempts:
            items.filtered(
                lambda item, move=attempt.move_id: item.move_id == move
            ).attempt_id = attempt
        items.filtered(lambda item: item.move_id in failed).is_left = True
        self._tell_failed([c for c in charges if c.move in failed])

    def _get_items(self, charges):
        """Return the rows of the charges' due parts, created where missing."""
        lines = self._get_lines(charges)
        items = self.env["paycollect.autopay.item"].sudo()
        known = items.search(
            [("autopay_id", "=", self.id), ("line_id", "in", lines.ids)]
        )
        return known | items.create(
            [items._prepare_item_vals(self, line) for line in lines - known.line_id]
        )

    def _get_lines(self, charges):
        lines = self.env["account.move.line"].sudo()
        return lines.browse(part.line.id for c in charges for part in c.parts)

    # -- facts -------------------------------------------------------------------

    def _get_spent(self, today):
        """Return ``{autopay: {(year, month): amount}}`` from this month on, in bulk.

        A charge counts in the month in which it was sent; one that is still planned,
        in that of the day it is planned for, at the earliest in this one. Days are the
        company's. Earlier terms of the same customer count.
        """
        spent = {row: {} for row in self}
        for company, rows in self.grouped("company_id").items():
            amounts = {}
            for customer, day, amount in rows._read_spent(company, today):
                month = (day.year, day.month)
                months = amounts.setdefault(customer, {})
                months[month] = months.get(month, 0.0) + amount
            for row in rows:
                spent[row] = amounts.get(row.partner_id, {})
        return spent

    def _read_spent(self, company, today):
        """Yield (customer, day, amount) of these customers' autopay charges."""
        attempts = self.env["paycollect.attempt"].sudo()
        own = Domain(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", self.partner_id.ids),
                ("autopay_id", "!=", False),
            ]
        )
        sent = Domain("state", "in", (SENT, SETTLING, UNKNOWN, PAID))
        sent &= Domain("sent_at", ">=", company._get_moment(today.replace(day=1)))
        for customer, amount in attempts._read_group(
            own & sent, ["partner_id"], ["amount:sum"]
        ):
            yield customer, today, amount
        for attempt in attempts.search(own & Domain("state", "=", PLANNED)):
            day = max(company._get_today(attempt.planned_at), today)
            yield attempt.partner_id, day, attempt.amount

    def _prepare_part(self, line, item, today):
        """Return an open line as :class:`autopay.Part`.

        :param item: its ``paycollect.autopay.item``, or none
        """
        self.ensure_one()
        move = line.move_id
        jobs = self.scope != autopay.DUE and bool(move._get_collection_jobs())
        due = line.date_maturity or line.date
        terms = move._get_term_lines()
        discount = line._get_valid_discount(today)
        owed = line._get_undisputed_amounts()[line]
        amount = owed - (discount.amount if discount else 0)
        return autopay.Part(
            move=move,
            line=line,
            account=line.account_id,
            amount=line.currency_id.round(amount),
            due=due,
            issued=move.invoice_date or move.date,
            is_job=jobs,
            is_first=due == min(t.date_maturity or t.date for t in terms or line),
            told_day=item.told_day or None,
            told_amount=item.told_amount,
            skipped=bool(item.skipped_at),
            problem=item.problem or "",
            tried=item.is_left or bool(item.attempt_id) or self._was_tried(move, due),
        )

    def _was_tried(self, move, due):
        """Whether it is being charged; or was, in vain, since it is due and the
        customer agreed to these terms."""
        last = move._get_last_attempt()
        if last.state in OPEN_STATES:
            return True
        ended = last.state == DECLINED or (
            last.state == CANCELED and last.canceled_by_id
        )
        if not ended or last.planned_at < self.agreed_at:
            return False
        return self.company_id._get_today(last.planned_at) >= due

    def _search_items(self, lines):
        """Return the rows of these due parts, in one query."""
        items = self.env["paycollect.autopay.item"].sudo()
        return items.search(
            [("autopay_id", "in", self.ids), ("line_id", "in", lines.ids)]
        )

    # -- at the claim ------------------------------------------------------------

    def _get_obstacle(self, attempt, now):
        """Return why a planned charge isn't sent anymore, or an empty string.

        :param attempt: the ``paycollect.attempt`` that is being claimed
        """
        self.ensure_one()
        if not self.active or not self.company_id.collection_active:
            return autopay.OFF
        if attempt.token_id != self.token_id and not self.use_backups:
            return autopay.OTHER_METHOD
        items = self._search_items(attempt.move_id.line_ids)
        meant = items.filtered(lambda i: i.attempt_id and not i.line_id.reconciled)
        if any(item.skipped_at for item in meant):
            return autopay.SKIPPED
        if attempt.move_id._find_strangers():
            return autopay.CHANGED
        return self._get_amount_obstacle(attempt, meant, now)

    def _get_amount_obstacle(self, attempt, meant, now):
        """Judge the amount that is owed now: it may have changed.

        :param meant: rows of the open due parts that were meant
        """
        asked = attempt.move_id._get_collectable(now)[attempt.move_id].ask(ahead=True)
        still_open = sum(meant.line_id.mapped("amount_residual_currency"))
        exceeds = self.currency_id.compare_amounts
        if exceeds(asked, still_open) > 0 or self._exceeds_notice(asked, meant):
            return autopay.CHANGED
        if self.max_amount and exceeds(asked, self.max_amount) > 0:
            return autopay.OVER_AMOUNT
        today = self.company_id._get_today(now)
        spent = self._get_spent(today)[self].get((today.year, today.month), 0.0)
        spent -= attempt.amount  # counted already, as it is planned
        if self.max_month and exceeds(spent + asked, self.max_month) > 0:
            return autopay.OVER_MONTH
        return ""

    def _exceeds_notice(self, asked, meant):
        """Whether it is more than the customer was told ahead; retries included."""
        if not self.notice_days or not all(item.told_day for item in meant):
            return False
        told = sum(meant.mapped("told_amount"))
        return self.currency_id.compare_amounts(asked, told) > 0
