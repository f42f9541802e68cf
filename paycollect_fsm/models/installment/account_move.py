# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...rules import installment as rules
from ...rules.charge import STOP, Obstacle
from ...rules.collectable import Part
from .paycollect_installment_plan import LIVE, READERS


class AccountMove(models.Model):
    """Invoices that are paid in parts: what is due follows from the plan."""

    _inherit = "account.move"

    installment_plan_ids = fields.One2many(
        "paycollect.installment.plan",
        "move_id",
        string="Payment Plans",
        readonly=True,
        groups=READERS,
    )
    installment_plan_count = fields.Integer(
        compute="_compute_installment_plan_count", groups=READERS
    )
    installment_can_offer = fields.Boolean(
        string="Payment Plan Possible",
        compute="_compute_installment_can_offer",
        groups="paycollect_fsm.group_user",
    )

    @api.depends("installment_plan_ids")
    def _compute_installment_plan_count(self):
        for move in self:
            move.installment_plan_count = len(move.installment_plan_ids)

    @api.depends(
        "state",
        "move_type",
        "payment_state",
        "amount_residual",
        "installment_plan_ids.accepted_at",
        "installment_plan_ids.canceled_at",
    )
    def _compute_installment_can_offer(self):
        for move in self:
            move.installment_can_offer = (
                move.company_id.collection_active
                and move._is_owed()
                and not move._get_plan_in_force()
            )

    def action_offer_installments(self):
        """Button: offer the customer to pay in parts (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        if self.sudo()._get_plan_in_force():
            raise UserError(
                self.env._(
                    "%(invoice)s is paid by a payment plan already. Open that plan to "
                    "offer another one in its place.",
                    invoice=self.name,
                )
            )
        if not self.sudo().installment_can_offer:
            raise UserError(
                self.env._(
                    "A payment plan is only possible for a posted invoice that isn't "
                    "paid yet."
                )
            )
        return self.env["paycollect.installment.offer"]._open(self)

    def action_view_installment_plans(self):
        """Button: open the payment plans of the invoice."""
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self, READERS, self.env._("Only accounting can open payment plans.")
        )
        plans = self.sudo().installment_plan_ids.with_env(self.env)
        return plans._get_records_action(name=self.env._("Payment Plans"))

    def _get_plan_in_force(self):
        """Return the accepted plan (sudo) of the invoice, or none."""
        self.ensure_one()
        return self.sudo().installment_plan_ids.filtered(
            lambda plan: plan._is_in_force()
        )[:1]

    def _post(self, soft=True):
        """The plan of an order becomes the plan of its invoice."""
        posted = super()._post(soft)
        invoices = posted.filtered(
            lambda move: (
                move.move_type == "out_invoice" and move.company_id.collection_active
            )
        )
        self.env["paycollect.installment.plan"]._bind(invoices, fields.Datetime.now())
        return posted

    # -- what is due -----------------------------------------------------------------

    def _get_open_parts(self, today):
        """The plan says when what is open is due; what exceeds it is due as before."""
        parts = super()._get_open_parts(today)
        plan = self._get_plan_in_force() if parts else None
        if not plan:
            return parts
        _opens, excess = plan._spread()
        agreed = [
            Part(part.date, left) for part, left in plan._get_open_rows() if part.date
        ]
        if excess:
            agreed.append(Part(min(part.due for part in parts), excess))
        return agreed

    def _get_discount(self, today):
        return None if self._get_plan_in_force() else super()._get_discount(today)

    # -- charges ---------------------------------------------------------------------

    def _may_collect(self, now):
        """A plan charges its own parts; more is charged with “Charge…”."""
        return super()._may_collect(now) and not self._get_plan_in_force()

    def _has_part_left(self):
        """A plan charges its own parts."""
        return super()._has_part_left() and not self._get_plan_in_force()

    def _get_waiting_domain(self):
        """A new method isn't charged for what the customer may pay in parts."""
        return super()._get_waiting_domain() & Domain(
            "installment_plan_ids", "not any", LIVE
        )

    def _prepare_charge_facts(self, token, now, attempt):
        live = self.sudo().installment_plan_ids.filtered(
            lambda plan: not (plan.canceled_at or plan.declined_at)
        )
        facts = super()._prepare_charge_facts(token, now, attempt)
        return facts | {"in_plan": bool(live)}

    def _get_charge_obstacles(self, now, attempt=None):
        obstacles = super()._get_charge_obstacles(now, attempt)
        if attempt and attempt.installment_plan_id:
            if code := attempt.installment_plan_id._get_obstacle(attempt, now):
                obstacles[attempt.move_id].append(Obstacle(code, STOP))
        return obstacles

    def _gets_receipt(self):
        attempts = self.sudo().collection_attempt_ids
        return super()._gets_receipt() or bool(attempts.installment_plan_id)

    def _get_reason_texts(self, params):
        _ = self.env._
        return super()._get_reason_texts(params) | {
            rules.IN_PLAN: lambda: _(
                "Not charged: the customer may pay this invoice by a payment plan."
            ),
            rules.ENDED: lambda: _("Not charged: the payment plan has ended."),
            rules.NOTHING_DUE: lambda: _(
                "Not charged: nothing of the payment plan is due."
            ),
            rules.CHANGED: lambda: _(
                "Not charged: it is more than the customer agreed to for this day."
            ),
        }
