# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.deposit import settle, to_units

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
            found = order.collection_deposit_settlement or {}
            order.collection_deposit_to_settle = "code" in found and "by" not in found

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

    def _propose_settlement(self, now):
        """Work out what is given back of a canceled order's deposit, and tell
        accounting.

        It counts when the order was canceled, also for money that arrives later, even
        after the deposit was settled.

        :param now: when it was canceled, unless that is known (naive UTC)
        """
        self.ensure_one()
        order = self.sudo()
        if order.state != "cancel" or not order.company_id.collection_active:
            return
        found = order.collection_deposit_settlement or {
            "canceled_at": fields.Datetime.to_string(now)
        }
        paid = sum(units for _move, units in order._get_deposit_lefts())
        _returned, kept = order._get_settled(found)
        if paid <= kept:
            order.collection_deposit_settlement = found
            return
        order.collection_deposit_settlement = order._prepare_settlement(paid, found)
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

    def _prepare_settlement(self, paid, found):
        """Return what the policy gives back, ready for JSON.

        :param paid: what is left to give back or keep, in units
        :param found: what is known since the order was canceled, as in
            ``collection_deposit_settlement``
        """
        company, unit = self.company_id, self.currency_id.rounding
        canceled_at = fields.Datetime.to_datetime(found["canceled_at"])
        rule = self.collection_policy_id._get_fee_rule(
            self.currency_id, company, company._get_today(canceled_at)
        )
        earlier = self._get_settled(found)
        result = settle(paid, rule, self._get_work_start(), canceled_at, *earlier)
        return {
            "code": result.reason,
            "refunded": self.currency_id.round(result.refunded * unit),
            "kept": self.currency_id.round(result.kept * unit),
            "earlier": earlier,
            "hours": rule.hours,
            "canceled_at": found["canceled_at"],
        }

    def _get_settled(self, found):
        """Return ``(returned, kept)`` in units: what was settled and confirmed."""
        returned, kept = found.get("earlier", (0, 0))
        if "by" not in found:
            return returned, kept
        unit = self.currency_id.rounding
        return returned + to_units(found["refunded"], unit), to_units(
            found["kept"], unit
        )

    def _get_work_start(self):
        """Return when the first open job begins (naive UTC), or None."""
        jobs = self._get_jobs().filtered(lambda job: not job.completed_on)
        moments = jobs.mapped("scheduled_date_start")
        return min(filter(None, moments), default=self.commitment_date or None)

    def _get_deposit_lefts(self):
        """Return ``[(record, units)]``: what each deposit invoice can give back, not
        used by finished work, oldest first; then each payment that no invoice uses, as
        its journal items (sudo)."""
        order, unit = self.sudo(), self.currency_id.rounding
        lefts = []
        for move in order._get_deposits():
            left = move._get_refund_limit() - move._get_deducted()
            lefts.append((move, to_units(left, unit)))
        for transaction in order._get_own_payments():
            items = order._get_open_items(transaction.payment_id)
            left = order._get_unmatched(transaction) if items else 0
            lefts.append((items, to_units(left, unit)))
        return [(record, units) for record, units in lefts if units > 0]

    def _get_own_payments(self):
        """Return the customer's payments for this order alone, oldest first."""
        return self.transaction_ids.filtered(
            lambda transaction: (
                transaction.state == "done"
                and transaction.operation not in ("validation", "refund")
                and transaction.sale_order_ids == self
            )
        ).sorted("id")

    def _drop_settlement(self):
        """The order was reopened: nothing is given back."""
        order = self.sudo()
        order.collection_deposit_settlement = False
        order.company_id._close_collection_activities(
            order, self.env._("The order was reopened."), codes=(TO_SETTLE,)
        )
