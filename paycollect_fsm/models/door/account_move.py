# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.door import CHECK
from ..billing.fsm_order_outcome import SUBCHANNEL

NOTIFICATION = "paycollect_fsm.invoice_outcome"
# Who may charge a method that the customer agreed to, with a dialog that names it.
TERMINAL_GROUPS = "paycollect_fsm.group_user,sales_team.group_sale_salesman"


class AccountMove(models.Model):
    """An invoice that is paid in person."""

    _inherit = "account.move"

    collection_custody_ids = fields.One2many(
        "paycollect.custody",
        "move_id",
        string="Cash and Checks",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    collection_can_take = fields.Boolean(
        compute="_compute_collection_can_take",
        compute_sudo=True,
        groups=TERMINAL_GROUPS,
        help="Whether a payment can be taken in person, or a stored method charged.",
    )

    @api.depends()
    def _compute_collection_can_take(self):
        """Read for the screen, where each request computes it anew."""
        for move in self:
            move.collection_can_take = not move._get_door_problem()

    def action_take_payment(self):
        """Button: open the dialog that takes a payment in person.

        :raise UserError: if nothing is due, or it is being paid
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        return self.env["paycollect.take.payment"]._open(self)

    def action_charge(self):
        """Button: open the dialog that charges a stored method of the user's choice.

        :raise UserError: if nothing is due, or it is being paid
        """
        self.ensure_one()
        self._check_may_charge()
        self.sudo()._check_door()
        move = self.sudo()
        wizard = self.env["paycollect.charge"].sudo()
        wizard = wizard.create(
            {"move_id": move.id, "token_id": move._get_methods_in_order()[:1].id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Charge %(invoice)s", invoice=move.name),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_may_charge(self):
        self.env["paycollect.access"]._check_groups(
            self,
            TERMINAL_GROUPS,
            self.env._("Only salespeople and Collections users can charge a method."),
        )

    # -- facts -------------------------------------------------------------------

    def _get_door_due(self, now=None):
        """Return what is asked for in person: what is due less credit and discount,
        else the next installment; 0 if nothing is owed.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if not self._is_owed():
            return 0.0
        found = self._get_collectable(now)[self]
        return found.get_amount_after_credit(ahead=True)

    def _get_door_credit_text(self, now=None):
        """Return the sentence about credit that is used before money is taken, or "".

        :param now: naive UTC datetime
        """
        self.ensure_one()
        found = self._get_collectable(now)[self]
        credit = found.get_credit(ahead=True)
        if not self._is_owed() or self.currency_id.is_zero(credit):
            return ""
        before = found.get_amount_after_credit(ahead=True) + credit
        return self.env._(
            "The customer's credit of %(credit)s is used first: of the %(amount)s due, "
            "%(rest)s is left to pay.",
            credit=self.currency_id._format_amount(credit),
            amount=self.currency_id._format_amount(before),
            rest=self.currency_id._format_amount(
                found.get_amount_after_credit(ahead=True)
            ),
        )

    def _get_door_problem(self):
        """Return why no payment can be taken now: a code, or an empty string."""
        self.ensure_one()
        if not self.company_id.collection_active or self.move_type != "out_invoice":
            return "inactive"
        problem = self._get_payment_problem()
        if not problem and self.currency_id.is_zero(self._get_door_due()):
            return "paid"
        return problem or ""

    def _check_door(self):
        """:raise UserError: if no payment can be taken for the invoice (sudo) now"""
        _ = self.env._
        values = {"invoice": self.name or _("The invoice")}
        texts = {
            "inactive": _(
                "Payments can be taken for customer invoices of companies that collect."
            ),
            "canceled": _(
                "%(invoice)s isn't open: it is being corrected, or its payment is "
                "blocked. Take no money for it; ask accounting.",
                **values,
            ),
            "processing": _(
                "%(invoice)s is being paid right now. Wait for the outcome before you "
                "take another payment.",
                **values,
            ),
            "paid": _("Nothing is due on %(invoice)s anymore.", **values),
        }
        if problem := self._get_door_problem():
            raise UserError(texts[problem])

    def _get_charge_limit(self, now):
        """Return the amount above which a charge is confirmed twice; 0 = none.

        :param now: naive UTC datetime
        """
        return self._get_review_limits(now)["maximum"]

    # -- what is said ------------------------------------------------------------

    def _push_outcome(self):
        """Push it to the screens that show the invoices, too."""
        bus = self.env["bus.bus"]
        for move in self:
            bus._sendone((move, SUBCHANNEL), NOTIFICATION, {"id": move.id})
        return super()._push_outcome()

    def _invoice_paid_hook(self):
        """Push invoices without a policy, too: they may be paid in person."""
        result = super()._invoice_paid_hook()
        others = self.sudo().filtered(
            lambda move: (
                move.company_id.collection_active and not move.collection_policy_id
            )
        )
        others._push_outcome()
        return result

    def _get_receipt_label(self, item, attempt):
        custody = item.payment_id.collection_custody_ids[:1]
        if custody and not attempt:
            return custody._get_kind_text()
        return super()._get_receipt_label(item, attempt)

    def _get_paid_parts(self):
        """Name cash and checks; a check is only “received.”"""
        texts = super()._get_paid_parts()
        for custody in self.sudo().collection_custody_ids.sorted("id"):
            values = {
                "amount": self.currency_id._format_amount(
                    custody.amount - custody.credit
                ),
                "number": custody.check_number,
            }
            if custody.state == "canceled":
                continue
            if custody.kind == CHECK:
                texts.append(
                    self.env._("Check %(number)s for %(amount)s received.", **values)
                )
            else:
                texts.append(self.env._("%(amount)s received in cash.", **values))
        return texts

    def _plan_manually(self, token, amount, now=None):
        """Plan a charge that a user asks for.

        :param token: the method to charge
        :param amount: at most what is due
        :param now: naive UTC datetime
        :return: the attempt
        :raise UserError: with the reason, and what to do
        """
        self.ensure_one()
        attempt = self._plan_collection("manual", now, token=token, asked=amount)
        if not attempt:
            raise UserError(
                self.env._(
                    "%(reason)s Choose another way to pay, or ask accounting.",
                    reason=self.collection_decision,
                )
            )
        return attempt
