# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .res_partner import READERS


class ResPartner(models.Model):
    """Holding a customer's reminders, and looking at today's, from the customer."""

    _inherit = "res.partner"

    dunning_is_chased = fields.Boolean(
        compute="_compute_dunning_is_held", compute_sudo=True, groups=READERS
    )
    dunning_is_held = fields.Boolean(
        compute="_compute_dunning_is_held", compute_sudo=True, groups=READERS
    )

    @api.depends("dunning_case_ids.held_reason", "dunning_case_ids.state")
    @api.depends_context("company")
    def _compute_dunning_is_held(self):
        for partner in self:
            cases = partner._get_cases_here()
            partner.dunning_is_chased = bool(cases)
            partner.dunning_is_held = any(case.held_reason for case in cases)

    def _get_cases_here(self):
        """Return the customer's open cases (sudo) in the current company."""
        customer = self.commercial_partner_id._origin
        return customer.sudo()._get_open_cases(self.env.company)

    # -- buttons -------------------------------------------------------------------

    def action_hold_reminders(self):
        """Button: ask until when and why the customer gets no reminders (Collections
        users).

        :raise UserError: without a case
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        cases = self._get_cases_here().with_env(self.env)
        if not cases:
            raise UserError(
                self.env._("Nothing is due from %s, so nothing is sent.", self.name)
            )
        if len(cases) > 1:
            return self.action_open_dunning_case()
        return cases.action_open_hold()

    def action_release_reminders(self):
        """Button: let reminders go on (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        held = self._get_cases_here().filtered("held_reason")
        held.with_env(self.env).action_release()

    def action_preview_reminder(self):
        """Button: what the customer is sent today, or why nothing (Collections users).

        :raise UserError: if no plan applies
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        customer, company = self.commercial_partner_id, self.env.company
        plans = self.env["paycollect.dunning.plan"]
        plan = plans._find_plans(customer, company)[customer]
        if not plan:
            raise UserError(
                self.env._("No dunning plan applies to %s.", customer.display_name)
            )
        action = plan.with_env(self.env).action_preview()
        action["domain"] = [*action["domain"], ("partner_id", "=", customer.id)]
        action["context"] = {}
        return action
