# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMoveLine(models.Model):
    """What is planned for an invoice ends once it is paid or credited, however."""

    _inherit = "account.move.line"

    def _reconcile_post_hook(self, data):
        result = super()._reconcile_post_hook(data)
        data["not_paid_invoices"]._cancel_planned_charges()
        return result
