# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ...rules import door
from ...rules.door import (
    CASH,
    COLLECTED,
    DEPOSITED,
    HANDED_IN,
    RECEIVED,
    TAKEN_BACK,
)
from ..company.locks import wait_and_lock


class PaycollectCustody(models.Model):
    """The steps from the worker's hands to the bank."""

    _inherit = "paycollect.custody"

    def action_hand_in(self):
        """Button: the worker brought it to the office; accounting confirms it.

        :raise AccessError: if another worker holds it, or it was handed in already
        """
        self._check_holder()
        if not all(self.mapped("may_hand_in")):
            raise AccessError(
                self.env._(
                    "Only what you collected and haven't handed in yet can be handed "
                    "in."
                )
            )
        self.sudo()._record_step(HANDED_IN, fields.Datetime.now())

    def action_hand_in_all(self):
        """Button: the worker brought everything that they hold to the office.

        :raise UserError: if they hold nothing
        """
        self._check_holder()
        rows = self.search([("user_id", "=", self.env.uid), ("state", "=", COLLECTED)])
        if not rows:
            raise UserError(self.env._("You hold no cash or checks to hand in."))
        rows.action_hand_in()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Handed in: %(what)s.", what=rows._get_sum_text()
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_sum_text(self):
        """Return what these rows are, e.g. “$80.00 in cash and 2 checks, $140.00”."""
        texts = []
        for currency, rows in self.grouped("currency_id").items():
            cash = rows.filtered(lambda row: row.kind == CASH)
            checks = rows - cash
            if cash:
                total = currency._format_amount(sum(cash.mapped("amount")))
                texts.append(self.env._("%(amount)s in cash", amount=total))
            if checks:
                total = currency._format_amount(sum(checks.mapped("amount")))
                texts.append(
                    self.env._(
                        "%(amount)s in checks (%(count)s)",
                        amount=total,
                        count=len(checks),
                    )
                )
        return format_list(self.env, texts)

    def action_take_back(self):
        """Button: it was not handed in after all; the worker holds it.

        :raise AccessError: if another worker collected it
        :raise UserError: if accounting has received it
        """
        self._check_holder()
        if not all(self.mapped("may_hold")):
            raise AccessError(self.env._("Another worker collected this."))
        self.sudo()._record_step(TAKEN_BACK, fields.Datetime.now())

    def _check_holder(self):
        self.env["paycollect.access"]._check_groups(
            self,
            "fieldservice.group_fsm_user_own,paycollect_fsm.group_user",
            self.env._("Only workers and accounting can hand in cash and checks."),
        )

    def action_open_receive(self):
        """Button: open the dialog in which accounting counts what it received.

        :raise UserError: if it was received already
        """
        self.env["paycollect.access"]._check_user(self)
        self._check_may(RECEIVED)
        return self.env["paycollect.custody.receive"]._open(self)

    def action_deposit(self):
        """Button: it is at the bank, although the books don't say so.

        :raise UserError: if accounting hasn't received it
        """
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._record_step(DEPOSITED, fields.Datetime.now())

    def action_view_deposit(self):
        """Button: open the entries that closed it: the deposit or the bank's.

        :raise UserError: if there are none
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self,
            "account.group_account_invoice,account.group_account_readonly",
            self.env._("Only accounting can open bank entries."),
        )
        moves = self.sudo()._get_deposit_moves().sudo(False)
        if not moves:
            raise UserError(
                self.env._(
                    "The books have no deposit of %(what)s.", what=self.display_name
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deposit"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _get_deposit_moves(self):
        liquidity, _counterpart, _other = self.payment_id._seek_for_lines()
        return liquidity.matched_credit_ids.credit_move_id.move_id

    def _check_may(self, step):
        """:raise UserError: if this can't happen in the state that one of them has"""
        for custody in self:
            if not door.may(step, custody.state):
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(what)s of %(customer)s is “%(state)s.” This step isn't "
                        "possible now; leave it out.",
                        what=custody.display_name,
                        customer=custody.partner_id.display_name,
                        state=labels[custody.state],
                    )
                )

    def _record_step(self, step, now, amount=None, note=False):
        """Record a step of these rows (sudo).

        :param now: naive UTC datetime
        :param amount: what was counted; default: what was collected
        """
        wait_and_lock(self)
        self._check_may(step)
        self.env["paycollect.custody.event"].create(
            [
                {
                    "custody_id": custody.id,
                    "kind": step,
                    "date": now,
                    "user_id": self.env.uid,
                    "amount": custody.amount if amount is None else amount,
                    "step_note": note,
                }
                for custody in self
            ]
        )
        if step == RECEIVED:
            for company, rows in self.grouped("company_id").items():
                company._close_collection_activities(
                    rows, self.env._("Accounting received it."), codes=("custody",)
                )
