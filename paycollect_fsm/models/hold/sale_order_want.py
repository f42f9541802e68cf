# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import time, timedelta

from odoo import fields, models

from ...rules.hold import (
    ALL_DECLINED,
    BOOKED_BEFORE,
    BY_USER,
    CAPTURED,
    CLOSED,
    INACTIVE,
    NO_AMOUNT,
    NO_BOOKING,
    NO_METHOD,
    NOT_CONFIRMED,
    NOT_HOLDABLE,
    OTHER_MODE,
    OTHER_POLICY,
    OVERDUE,
    Want,
    get_amount,
)

# A job that is later than this isn't held for anymore.
OVERDUE_AFTER = timedelta(days=7)


class SaleOrder(models.Model):
    """The facts about the hold that an order needs."""

    _inherit = "sale.order"

    def _get_want(self, now=None, live=None):
        """Return the :class:`hold.Want` of an order, or of none.

        :param now: naive UTC datetime
        :param live: its live hold, whose method is kept as long as it can be used
        """
        order, now = self.sudo(), now or fields.Datetime.now()
        reason = order._get_needless_reason(now)
        awaits = bool(order and order._get_moves_to_capture())
        if reason:
            return Want(reason, awaits_capture=awaits)
        estimate = order._get_open_estimate()
        if order.currency_id.compare_amounts(estimate, 0) <= 0:
            return Want(NO_AMOUNT, awaits_capture=awaits)
        day = order._get_work_day(now)
        company = order.company_id
        today = company._get_today(now)
        if today - day > OVERDUE_AFTER:
            return Want(OVERDUE, awaits_capture=awaits)
        amount = order.currency_id.round(
            get_amount(estimate, order.collection_policy_id.hold_margin)
        )
        token, reason = order._choose_hold_method(max(day, today), amount, live)
        payer = order._get_payer().commercial_partner_id
        end = company._get_moment(max(day, today) + timedelta(days=1), time.min)
        return Want(
            reason,
            amount=token.provider_id._get_chargeable_amount(amount, order.currency_id)
            if token
            else amount,
            estimate=estimate,
            method=token.id or 0,
            customer=payer.id,
            done_by=end,
            awaits_capture=awaits,
        )

    def _get_needless_reason(self, now):
        """Return why the order needs no hold, whatever its amount and methods."""
        company, policy = self.company_id, self.collection_policy_id
        jobs = self and self._get_jobs()
        for reason, applies in (
            (NO_BOOKING, not self),
            (INACTIVE, not company.collection_active or company._is_neutralized()),
            (NOT_CONFIRMED, self.state != "sale"),
            (OTHER_POLICY, not policy.hold_at_booking),
            (OTHER_MODE, policy.collection_mode != "auto"),
            (BOOKED_BEFORE, self._is_booked_before(policy)),
            (BY_USER, self.collection_hold_waived),
            (NO_BOOKING, not jobs),
            (CLOSED, jobs and all(job.stage_id.is_closed for job in jobs)),
        ):
            if applies:
                return reason
        return ""

    def _is_booked_before(self, policy):
        """Whether the order was confirmed before its policy began to hold estimates."""
        since = policy.hold_since
        return bool(since and self.state == "sale" and self.date_order < since)

    def _get_open_estimate(self):
        """Return what is still expected to be charged, in the order's currency."""
        invoices = self.order_line.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted"
        )
        billed = sum(
            -move.direction_sign * self._get_share_of(move) for move in invoices
        )
        return self.amount_total - max(billed, self._get_collected_amount())

    def _get_share_of(self, move):
        """Return this order's part of an invoice, taxes included."""
        lines = move.invoice_line_ids.filtered(
            lambda line: self in line.sale_line_ids.order_id
        )
        return sum(lines.mapped("price_total"))

    def _get_moves_to_capture(self):
        """Return the posted invoices of the work that are charged automatically."""
        return self.order_line.invoice_lines.move_id.filtered(
            lambda move: (
                move.collection_mode == "auto"
                and move._is_owed()
                and not move._is_for_deposits_only()
            )
        )

    def _get_work_day(self, now):
        """Return the local day of the last open job, else the order's."""
        days = [
            job._get_collection_date()
            for job in self._get_jobs()
            if not job.stage_id.is_closed
        ]
        return max(filter(None, days), default=None) or self._get_collection_date(
            self.company_id._get_today(now)
        )

    def _choose_hold_method(self, day, amount, live):
        """Return the first method that the amount can be held on, or why there is none.

        :param day: the method has to be valid until then
        :return: ``(payment.token, reason)``
        """
        none = self.env["payment.token"]
        payer = self._get_payer()
        found = self._get_tokens_by_booking({self: payer})[self].filtered(
            lambda token: (
                not token._is_expired_on(day)
                and token._get_active_consent().customer_id
                == payer.commercial_partner_id
                and not token._get_limit(
                    payer, self.currency_id, amount, self.company_id
                )
            )
        )
        if not found:
            return none, NO_METHOD
        holdable = found.filtered(lambda token: token._is_holdable())
        if not holdable:
            return none, NOT_HOLDABLE
        if live and live.token_id in holdable:
            return live.token_id, ""
        asked = self._get_declined_holds().token_id
        usable = holdable - asked
        return usable[:1], "" if usable else ALL_DECLINED

    def _get_authorization_text(self, now):
        """Return what is held for the order, or why nothing is; False if its policy
        holds nothing.

        :param now: naive UTC datetime
        """
        order = self.sudo()
        if not order.company_id.collection_active or order.state == "draft":
            return False
        last = order._get_live_hold() or order.collection_hold_ids.sorted("id")[-1:]
        if not order.collection_policy_id.hold_at_booking and not last:
            return False
        if last and (last._is_live() or last.state == CAPTURED):
            return last._get_short_text()
        reason = order._get_want(now).reason
        if reason == ALL_DECLINED:
            return order._get_declined_holds()[-1:]._get_declined_text()
        why = self.env["paycollect.hold"]._get_reason_text(reason) if reason else ""
        told = last._get_short_text() if last else self.env._("No hold.")
        return " ".join(filter(None, (told, why)))
