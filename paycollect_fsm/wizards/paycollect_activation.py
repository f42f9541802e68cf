# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..models.company.res_company_activation import BLOCKER, OK, WARNING


class PaycollectActivation(models.TransientModel):
    """The setup checklist for turning automatic collection on or off."""

    _name = "paycollect.activation"
    _description = "Automatic Collection Setup"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    collection_active = fields.Boolean(related="company_id.collection_active")
    check_ids = fields.One2many(
        "paycollect.activation.check", "activation_id", compute="_compute_check_ids"
    )
    is_moved = fields.Boolean(compute="_compute_check_ids")
    is_blocked = fields.Boolean(compute="_compute_check_ids")

    @api.depends("company_id")
    def _compute_check_ids(self):
        self.env["paycollect.access"]._check_manager(self.company_id)
        Check = self.env["paycollect.activation.check"].sudo()
        for wizard in self:
            checks = wizard.company_id.sudo()._get_activation_checks()
            wizard.is_moved = bool(wizard.company_id.sudo()._get_move_text())
            wizard.is_blocked = any(check.level == BLOCKER for check in checks)
            wizard.check_ids = Check.create(
                [
                    {"level": check.level, "name": check.title, "text": check.text}
                    for check in checks
                ]
            )

    def action_confirm_original(self):
        """Button: this is the original database, which was moved."""
        self.company_id.action_confirm_original()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_confirm_copy(self):
        """Button: this is a copy, which must not charge or message customers."""
        self.company_id.action_confirm_copy()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_switch_on(self):
        return self._switch(True)

    def action_switch_off(self):
        return self._switch(False)

    def _switch(self, active):
        self.env["paycollect.access"]._check_manager(self.company_id)
        self.company_id.sudo().collection_active = active
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class PaycollectActivationCheck(models.TransientModel):
    _name = "paycollect.activation.check"
    _description = "Automatic Collection Setup Check"

    activation_id = fields.Many2one("paycollect.activation", readonly=True)
    level = fields.Selection(
        [(OK, "OK"), (WARNING, "Needs review"), (BLOCKER, "Action required")],
        string="Status",
        readonly=True,
    )
    name = fields.Char(string="Check", readonly=True)
    text = fields.Char(string="Result", readonly=True)
