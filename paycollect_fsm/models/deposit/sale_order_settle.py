# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules.deposit import (
    IN_TIME,
    LATE,
    NO_FEE,
    NOT_SCHEDULED,
    spread,
    to_units,
)
from ...rules.refund import CREDIT
from ..company.locks import wait_and_lock
from .sale_order_cancel import TO_SETTLE


class SaleOrder(models.Model):
    """An employee confirms what is given back of a canceled order's deposit."""

    _inherit = "sale.order"

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
        """Give back the deposit except what is kept, with a refund for each invoice, or
        for each payment that no invoice uses.

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
        order._invoice_fee(keep, lefts, now)
        refunds = self.env["paycollect.refund"].sudo()
        for record, units in spread(paid - keep, lefts):
            if way == CREDIT and record._name == "account.move.line":
                continue  # it is credit on the account already
            refunds |= refunds._request(
                {
                    **record._prepare_refund_vals(),
                    "amount": self.currency_id.round(units * unit),
                    "way": way,
                    "reason": order._get_settlement_reason(),
                    "requested_by_id": self.env.uid,
                },
                now,
            )
        order._set_settled(paid, keep, now)
        return refunds

    def _invoice_fee(self, keep, lefts, now):
        """Invoice what is kept of payments that no invoice uses.

        :param keep: in units; deposits are kept first
        """
        invoiced = sum(units for move, units in lefts if move._name == "account.move")
        fee = max(keep - invoiced, 0)
        if not fee:
            return
        amount = self.currency_id.round(fee * self.currency_id.rounding)
        move = self._invoice_deposit(amount, now)
        for transaction in self._get_own_payments():
            if move._is_owed():
                self._match_deposit(transaction, move)

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
        found = self.collection_deposit_settlement or {}
        if "code" not in found:
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
