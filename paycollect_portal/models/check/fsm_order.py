# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

TAKERS = (
    "fieldservice.group_fsm_user_own,fieldservice.group_fsm_dispatcher,"
    "paycollect_fsm.group_user"
)


class FsmOrder(models.Model):
    """What a technician has to know about checks at the door."""

    _inherit = "fsm.order"

    collection_check_text = fields.Char(
        string="Checks",
        compute="_compute_collection_check_text",
        compute_sudo=True,
        groups="base.group_user",
    )

    collection_takes_checks = fields.Boolean(
        compute="_compute_collection_check_text",
        compute_sudo=True,
        groups="base.group_user",
    )

    def _compute_collection_check_text(self):
        for job in self:
            customer = job._get_payer().commercial_partner_id
            collects = job.company_id.collection_active
            refusal = customer and customer._get_check_refusal(job.company_id)
            job.collection_takes_checks = collects and customer and not refusal
            job.collection_check_text = collects and refusal

    def action_take_check(self):
        """Button: record a check that the customer hands over on site.

        :raise UserError: if the customer's checks aren't accepted, or nobody pays
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_groups(
            self,
            TAKERS,
            self.env._("Only technicians and office staff can take checks."),
        )
        if not self.collection_takes_checks:
            raise UserError(
                self.collection_check_text
                or self.env._(
                    "A check can be taken once the job has a location or an order, in "
                    "a company that collects."
                )
            )
        dialog = self.env["paycollect.check.take"].sudo().create({"order_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take a Check"),
            "res_model": dialog._name,
            "res_id": dialog.id,
            "view_mode": "form",
            "target": "new",
        }
