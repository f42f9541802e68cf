# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import installment as rules
from .paycollect_installment_plan import END_TASK


class PaycollectInstallmentPlan(models.Model):
    """The customer doesn't want the plan anymore: nothing is charged from then on.

    Accounting decides what becomes of the rest. Until then, its parts are due as
    agreed.
    """

    _inherit = "paycollect.installment.plan"

    end_asked_at = fields.Datetime(
        string="End Requested On",
        readonly=True,
        help="Since then, nothing is charged automatically for this plan.",
    )

    def _ask_to_end(self, now):
        """Stop charging the plan, and tell accounting. Call with sudo.

        :param now: naive UTC datetime
        :raise UserError: if it isn't in force, or a part of it is being charged
        """
        self._lock()
        if not self.accepted_at or self.state == rules.DONE:
            raise UserError(self.env._("There is no payment plan to end."))
        if self.end_asked_at:
            return
        self._clear_charges(rules.ENDED, now)
        self.end_asked_at = now
        document = self.move_id or self.order_id
        self.company_id._schedule_collection_activity(
            document,
            self.env._("End the payment plan"),
            self._get_end_text(),
            code=END_TASK,
            now=now,
        )

    def _get_end_text(self):
        """Hook: what staff are told."""
        return self.env._(
            "%(customer)s doesn't want the payment plan anymore. Nothing is charged "
            "for it since then; what is open stays due on the days of the plan. Call "
            "the customer, then offer another plan or cancel this one.",
            customer=self.partner_id.name,
        )
