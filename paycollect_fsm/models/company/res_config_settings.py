# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    collection_active = fields.Boolean(related="company_id.collection_active")
    collection_responsible_id = fields.Many2one(
        related="company_id.collection_responsible_id", readonly=False
    )
    collection_email_from = fields.Char(
        related="company_id.collection_email_from", readonly=False
    )
    collection_remit_to = fields.Text(
        related="company_id.collection_remit_to", readonly=False
    )
    collection_daily_count = fields.Integer(
        related="company_id.collection_daily_count", readonly=False
    )
    collection_daily_amount = fields.Monetary(
        related="company_id.collection_daily_amount", readonly=False
    )
    collection_customer_daily_count = fields.Integer(
        related="company_id.collection_customer_daily_count", readonly=False
    )
    collection_customer_daily_amount = fields.Monetary(
        related="company_id.collection_customer_daily_amount", readonly=False
    )
    collection_public_url = fields.Char(
        related="company_id.collection_public_url", readonly=False
    )
    collection_attach_pdf = fields.Boolean(
        related="company_id.collection_attach_pdf", readonly=False
    )
    collection_credit_use = fields.Selection(
        related="company_id.collection_credit_use", readonly=False
    )

    collection_status_text = fields.Text(
        string="Collection Status", compute="_compute_collection_status_text"
    )

    @api.depends("company_id")
    def _compute_collection_status_text(self):
        for settings in self:
            lines = settings.company_id.sudo()._get_collection_status_lines()
            settings.collection_status_text = "\n".join(filter(None, lines))

    def action_open_collection_activation(self):
        self.env["paycollect.activation"].check_access("read")
        return self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_activation"
        )
