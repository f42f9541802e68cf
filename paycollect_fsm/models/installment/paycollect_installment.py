# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import installment as rules
from ...rules.const import CANCELED, DECLINED


class PaycollectInstallment(models.Model):
    """One part of a payment plan: an amount and its day.

    The amount is what the customer agreed to. What is still open of it follows from the
    invoice, see ``rules/installment.py``.
    """

    _name = "paycollect.installment"
    _description = "Installment"
    _order = "plan_id, sequence, date, id"
    _rec_name = "name"

    plan_id = fields.Many2one(
        "paycollect.installment.plan",
        string="Payment Plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Char(
        string="Milestone",
        readonly=True,
        help="What has happened by then, in words that the customer knows.",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    order_id = fields.Many2one(related="plan_id.order_id", store=True)
    move_id = fields.Many2one(related="plan_id.move_id", store=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    amount = fields.Monetary(
        required=True, readonly=True, help="The most that is charged on this day."
    )
    percent = fields.Float(
        string="Percentage",
        readonly=True,
        digits=(5, 2),
        help="Share of the total that the amount was computed from.",
    )
    trigger = fields.Selection(
        [(rules.DATE, "On a date"), (rules.COMPLETION, "On completion")],
        string="When",
        required=True,
        readonly=True,
        default=rules.DATE,
    )
    date = fields.Date(
        string="Due On",
        readonly=True,
        index=True,
        help="Empty until the work is invoiced, if the part is due on completion.",
    )
    told_on = fields.Date(
        string="Announced On",
        readonly=True,
        help="When the customer was told what is charged on this day.",
    )
    told_amount = fields.Monetary(string="Announced Amount", readonly=True)
    attempt_ids = fields.One2many(
        "paycollect.attempt", "installment_id", string="Charges", readonly=True
    )
    amount_open = fields.Monetary(
        string="Open", compute="_compute_state", compute_sudo=True
    )
    state = fields.Selection(
        [
            (rules.PLANNED, "Planned"),
            (rules.DUE, "Due"),
            (rules.PAID, "Paid"),
            (rules.FAILED, "Failed"),
            (rules.CANCELED, "Canceled"),
        ],
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
    )

    _amount_is_positive = models.Constraint(
        "CHECK (amount > 0)", "A part of a payment plan is above zero."
    )

    @api.depends(
        "amount",
        "date",
        "plan_id.accepted_at",
        "plan_id.canceled_at",
        "plan_id.declined_at",
        "plan_id.move_id.amount_residual",
        "attempt_ids.state",
    )
    def _compute_state(self):
        for plan in self.plan_id:
            parts = plan._get_parts_in_order()
            opens, _excess = plan._spread()
            for part, still_open in zip(parts, opens, strict=True):
                part.amount_open = still_open
                part.state = rules.get_part_state(
                    still_open,
                    part.date if plan.accepted_at else None,
                    plan.company_id._get_today(),
                    bool(plan.canceled_at or plan.declined_at),
                    part._get_last_attempt().state in (DECLINED, CANCELED),
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Payment plans are part of the history and can't be deleted. Cancel "
                "the plan instead."
            )
        )

    def _get_last_attempt(self):
        self.ensure_one()
        return self.attempt_ids.sorted("id")[-1:]

    def _get_day_text(self):
        """Return when the part is due, for the customer."""
        self.ensure_one()
        if self.trigger == rules.COMPLETION and not self.date:
            return self.env._("When the work is done")
        return self.plan_id._format_day(self.date)
