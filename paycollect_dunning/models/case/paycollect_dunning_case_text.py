# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaycollectDunningCase(models.Model):
    """Reasons in words: codes and values are stored, texts are made when shown."""

    _inherit = "paycollect.dunning.case"

    @api.depends("reason_code", "reason_values")
    @api.depends_context("lang")
    def _compute_reason(self):
        for case in self:
            case.reason = case._get_reason_text(
                case.reason_code, case.reason_values or {}
            )

    def _get_reason_text(self, code, values):
        """Hook: return a reason of a case or a message as a sentence.

        Each room says its own codes and asks super for the others.

        :param values: dict of JSON values: dates as ISO text, amounts as numbers in
            the currency of the case
        """
        return code or ""
