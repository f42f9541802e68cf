# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.privacy import CustomerRows

from ...rules.evidence import PENDING
from ...rules.handoff import OPEN_STATES


class PaycollectCustomerData(models.AbstractModel):
    _inherit = "paycollect.customer.data"

    @api.model
    def _get_customer_rows(self):
        return super()._get_customer_rows() | {
            "paycollect.agency": CustomerRows(secret=("secret",)),
            "paycollect.handoff": CustomerRows(
                personal=("dossier_pdf", "dossier_csv", "refusal"),
                ended=(("state", "not in", OPEN_STATES),),
            ),
            "paycollect.evidence": CustomerRows(
                partner=("chargeback_id.partner_id",),
                personal=("document", "answer"),
                ended=(("state", "not in", PENDING),),
            ),
            "paycollect.handoff.item": CustomerRows(partner=("handoff_id.partner_id",)),
            "paycollect.handoff.call": CustomerRows(
                partner=("handoff_id.partner_id",),
                secret=("request_body",),
                personal=("request_body", "answer"),
                ended=(("handoff_id.state", "not in", OPEN_STATES),),
            ),
        }
