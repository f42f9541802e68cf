# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

USERS = "paycollect_fsm.group_user,base.group_system"


class ResCompany(models.Model):
    _inherit = "res.company"

    collection_installment_notice = fields.Integer(
        string="Announce Installments",
        default=3,
        help="Days before an installment on which the customer is told about it. 0 = "
        "only what has to be announced by law.",
        write_groups="base.group_system",
        groups=USERS,
    )
    collection_installment_grace = fields.Integer(
        string="Grace Days for Installments",
        default=3,
        help="Days after an installment's date until its payment plan counts as "
        "broken.",
        write_groups="base.group_system",
        groups=USERS,
    )

    @api.constrains("collection_installment_notice", "collection_installment_grace")
    def _check_installment_days(self):
        for company in self:
            days = (
                company.collection_installment_notice,
                company.collection_installment_grace,
            )
            if not all(0 <= number <= 30 for number in days):
                raise ValidationError(
                    self.env._(
                        "The days of installments (announcement and grace) are "
                        "between 0 and 30."
                    )
                )
