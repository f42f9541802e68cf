# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"
    _masked_texts = ("note", "summary")

    collection_code = fields.Char(
        string="Collection Exception",
        readonly=True,
        index="btree_not_null",
        help="Technical code of the collection exception. Not translated.",
    )
    collection_company_id = fields.Many2one(
        "res.company",
        readonly=True,
        index="btree_not_null",
        help="Whose collections the exception is about.",
    )

    def _is_text_masked(self, name, vals):
        if name not in self._masked_texts:
            return True
        model = vals.get("res_model") or self[:1].res_model or ""
        if not model and vals.get("res_model_id"):
            model = self.env["ir.model"].sudo().browse(vals["res_model_id"]).model
        ours = self.env["paycollect.customer.data"]._is_about_customers(model)
        return ours and super()._is_text_masked(name, vals)
