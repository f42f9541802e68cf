# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import fields, models

from ..models.company.paycollect_log import EXPORTED


class PaycollectExport(models.TransientModel):
    """Download everything that is stored about a customer."""

    _name = "paycollect.export"
    _description = "Export Customer Data"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    with_pdf = fields.Boolean(string="Include the PDF files of invoices")
    data = fields.Binary(string="Archive", readonly=True)

    def action_export(self):
        """Button: create the archive and download it.

        :raise AccessError: unless the user is a Collections manager or administrator
        """
        self.ensure_one()
        customer = self.partner_id.with_env(self.env)
        customer._check_may_manage_privacy()
        content = self.env["paycollect.customer.data"]._export(
            customer._get_all_contacts(), self.company_id.sudo(), self.with_pdf
        )
        self.sudo().data = base64.b64encode(content)
        self.env["paycollect.log"]._record(
            self.company_id, EXPORTED, partner_id=customer.id
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/data/customer_data.zip"
            "?download=true",
            "target": "download",
        }
