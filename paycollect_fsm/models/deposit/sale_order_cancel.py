# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import PLANNED
from ...rules.deposit import (
    IN_TIME,
    LATE,
    NO_FEE,
    NOT_SCHEDULED,
    settle,
    spread,
    to_units,
)
from ..company.locks import wait_and_lock
from .account_move import ORDER_CANCELED

TO_SETTLE = "deposit_settle"


class SaleOrder(models.Model):
    """The deposit of an order that is canceled.

    What the policy gives back is worked out at once. No money moves before an employee
    confirms it; until then, the order can simply be reopened.
    """

    _inherit = "sale.order"

    collection_deposit_settlement = fields.Json(
        string="Deposit Settlement",
        copy=False,
        readonly=True,
        help="Technical: what is given back and kept, why, and who confirmed it.",
        groups="base.group_user",
    )
    collection_deposit_to_settle = fields.Boolean(
        string="Deposit to Settle",
        compute="_compute_collection_deposit_to_settle",
        search="_search_collection_deposit_to_settle",
        groups="base.group_user",
    )

    @api.depends("collection_deposit_settlement")
    def _compute_collection_deposit_to_settle(self):
        for order in self:
            found = order.collection_deposit_settlement
            order.collection_deposit_to_settle = bool(found) and not found.get("by")

    def write(self, vals):
        """Settle the deposit of orders that are canceled, or drop it if reopened."""
        if "state" not in vals:
            return super().write(vals)
        cancels = vals["state"] == "cancel"
        changed = self.filtered(
            lambda order: (
                order.company_id.collection_active
                and (order.state == "cancel") != cancels
            )
        )
        now = fields.Datetime.now()
        if cancels:
            changed._withdraw_deposits(now)
        result = super().write(vals)
        for order in changed:
            if cancels:
                order._propose_settlement(now)
            elif order.collection_deposit_settlement:
                order._drop_settlement()
        return result

    def _withdraw_deposits(self, now):
        """Cancel what is asked for but not paid, unless a payment is on its way.

        :param now: naive UTC datetime
        """
        for move in self._get_open_deposits():
            if move._get_on_its_way_text():
                continue
            attempts = move.collection_attempt_ids
            planned = attempts.filtered(lambda attempt: attempt.state == PLANNED)
            if planned.try_lock_for_update() < planned:
                continue
            planned._set_canceled(ORDER_CANCELED, now=now)
            today = move.company_id._get_today(now)
            values = {"invoice_date": today, "date": today, "ref": move.name}
            if not move._get_money_paid():
                billing = move.with_context(collection_billing=True)
                billing._reverse_moves([values], cancel=True)

    def _propose_settlement(self, now):
        """Work out what is given back of a canceled order's deposit, and tell
        accounting.

        :param now: when it was canceled (naive UTC)
        """
        self.ensure_one()
        order = self.sudo()
        if order.state != "cancel" or not order.company_id.collection_active:
            return
        found = order.collection_deposit_settlement or {}
        lefts = order._get_deposit_lefts()
        paid = sum(units for _move, units in lefts)
        if not paid or found.get("by"):
            return
        begin = found.get("canceled_at")
        canceled_at = fields.Datetime.to_datetime(begin) if begin else now
        order.collection_deposit_settlement = order._prepare_settlement(
            paid, canceled_at
        )
        order.company_id._schedule_collection_activity(
            order,
            self.env._("Settle the deposit of %(order)s", order=order.name),
            self.env._(
                "%(text)s Open the order and click “Settle Deposit” to confirm or "
                "change this. No money moves before.",
                text=order._get_settlement_text(),
            ),
            code=TO_SETTLE,
            now=now,
        )

    def _bill_rest(self, now=None):
        """Tell accounting if all work was canceled, but not the order."""
        result = super()._bill_rest(now)
        for order in self.sudo():
            jobs = order._get_jobs()
            works = order.state == "sale" and order.company_id.collection_active
            if not works or not all(jobs.stage_id.mapped("is_closed")):
                continue
            if order._get_closing_job() or not order._get_deposit_lefts():
                continue
            order.company_id._schedule_collection_activity(
                order,
                self.env._("All jobs of %(order)s were canceled", order=order.name),
                self.env._(
                    "Its deposit is paid. Cancel the order to settle the deposit, or "
                    "plan the work again."
                ),
                code="deposit_idle",
                now=now,
            )
        return result

    def _prepare_settlement(self, paid, canceled_at):
        """Return what the policy gives back, ready for JSON.

        :param paid: in units
        :param canceled_at: naive UTC datetime
        """
        company, unit = self.company_id, self.currency_id.rounding
        rule = self.collection_policy_id._get_fee_rule(
            self.currency_id, company, company._get_today(canceled_at)
        )
        found = settle(paid, rule, self._get_work_start(), canceled_at)
        return {
            "code": found.reason,
            "refunded": self.currency_id.round(found.refunded * unit),
            "kept": self.currency_id.round(found.kept * unit),
            "hours": rule.hours,
            "canceled_at": fields.Datetime.to_string(canceled_at),
        }

    def _get_work_start(self):
        """Return when the first open job begins (naive UTC), or None."""
        jobs = self._get_jobs().filtered(lambda job: not job.completed_on)
        moments = jobs.mapped("scheduled_date_start")
        return min(filter(None, moments), default=self.commitment_date or None)

    def _get_deposit_lefts(self):
        """Return ``[(invoice, units)]``: what each deposit invoice can give back, not
        used by finished work, oldest first (sudo)."""
        unit = self.currency_id.rounding
        lines = self.sudo().order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        lefts = []
        for move in self._get_deposits():
            own = lines.filtered(lambda line, m=move: m in line.invoice_lines.move_id)
            unused = sum(line._get_rest()[0].total for line in own)
            left = min(to_units(move._get_refund_limit(), unit), unused)
            if left > 0:
                lefts.append((move, left))
        return lefts

    def _drop_settlement(self):
        """The order was reopened: nothing is given back."""
        order = self.sudo()
        order.collection_deposit_settlement = False
        order.company_id._close_collection_activities(
            order, self.env._("The order was reopened."), codes=(TO_SETTLE,)
        )

    # -- confirming it ----------------------------------------

    def action_settle_deposit(self):
        """Button: open the dialog that confirms what is given back (Collections
        users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        order = self.sudo()
        if not order.collection_deposit_to_settle:
            raise UserError(
                self.env._("%(order)s has no deposit to settle.", order=self.name)
            )
        wizard = self.env["paycollect.deposit.settle"].sudo()
        wizard = wizard.create(
            {
                "order_id": order.id,
                "kept": order.collection_deposit_settlement["kept"],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settle Deposit"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _settle_deposit(self, kept, way, now):
        """Give back the deposit except what is kept, with a refund for each invoice.

        :param kept: in the order's currency
        :param way: see ``rules/refund.py``
        :param now: naive UTC datetime
        :return: the refunds (sudo)
        """
        self.ensure_one()
        order, unit = self.sudo(), self.currency_id.rounding
        wait_and_lock(order)
        if not order.collection_deposit_to_settle:
            raise UserError(self.env._("This deposit has been settled already."))
        lefts = order._get_deposit_lefts()
        paid = sum(units for _move, units in lefts)
        keep = to_units(kept, unit)
        if not 0 <= keep <= paid:
            raise UserError(
                self.env._(
                    "“Fee to Keep” is %(kept)s, but it must be between %(zero)s and "
                    "%(paid)s, which is left of the deposit.",
                    kept=self.currency_id._format_amount(kept),
                    zero=self.currency_id._format_amount(0),
                    paid=self.currency_id._format_amount(paid * unit),
                )
            )
        refunds = self.env["paycollect.refund"].sudo()
        for move, units in spread(paid - keep, lefts):
            refunds |= refunds._request(
                {
                    **move._prepare_refund_vals(),
                    "amount": self.currency_id.round(units * unit),
                    "way": way,
                    "reason": order._get_settlement_reason(),
                    "requested_by_id": self.env.uid,
                },
                now,
            )
        order._set_settled(paid, keep, now)
        return refunds

    def _set_settled(self, paid, keep, now):
        unit = self.currency_id.rounding
        self.collection_deposit_settlement = {
            **self.collection_deposit_settlement,
            "proposed": self.collection_deposit_settlement["kept"],
            "kept": self.currency_id.round(keep * unit),
            "refunded": self.currency_id.round((paid - keep) * unit),
            "by": self.env.uid,
            "at": fields.Datetime.to_string(now),
        }
        self.company_id._close_collection_activities(
            self, self.env._("The deposit was settled."), codes=(TO_SETTLE,)
        )
        self._message_log(body=self._get_settlement_text())

    def _get_settlement_text(self):
        """Return what is given back and kept, and why; "" if nothing is known."""
        found = self.collection_deposit_settlement
        if not found:
            return ""
        values = {
            "refunded": self.currency_id._format_amount(found["refunded"]),
            "kept": self.currency_id._format_amount(found["kept"]),
            "hours": found["hours"],
        }
        if found.get("by"):
            return self.env._(
                "Settled: refund %(refunded)s of the deposit, keep %(kept)s.",
                **values,
            )
        return {
            NO_FEE: self.env._(
                "%(refunded)s of the deposit is to be refunded: the policy keeps no "
                "cancellation fee.",
                **values,
            ),
            NOT_SCHEDULED: self.env._(
                "%(refunded)s of the deposit is to be refunded: the work had no date.",
                **values,
            ),
            IN_TIME: self.env._(
                "%(refunded)s of the deposit is to be refunded: the order was canceled "
                "at least %(hours)s hours before the work.",
                **values,
            ),
            LATE: self.env._(
                "%(refunded)s of the deposit is to be refunded and %(kept)s kept: the "
                "order was canceled less than %(hours)s hours before the work.",
                **values,
            ),
        }[found["code"]]
