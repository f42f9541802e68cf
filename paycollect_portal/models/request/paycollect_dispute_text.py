# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import disputes


class PaycollectDispute(models.Model):
    """What customers and staff read about a dispute."""

    _inherit = "paycollect.dispute"

    def _get_reason_label(self):
        return self._get_choice_label("reason")

    def _get_history_text(self):
        """Return the sentence for “Why?”"""
        self.ensure_one()
        _ = self.env._
        values = {
            "amount": self.currency_id._format_amount(self.amount),
            "date": format_day(self.env, self.deadline),
            "reason": self._get_reason_label(),
        }
        match self.state:
            case disputes.OPEN if self.deadline:
                return _(
                    "The customer disputes %(amount)s: %(reason)s. Accounting answers "
                    "by %(date)s.",
                    **values,
                )
            case disputes.OPEN:
                return _("The customer disputes %(amount)s: %(reason)s.", **values)
            case disputes.ACCEPTED if not self.is_credited:
                return _(
                    "The customer's dispute of %(amount)s was accepted. The credit "
                    "note is still to be made.",
                    **values,
                )
            case disputes.ACCEPTED:
                return _("The customer's dispute of %(amount)s was accepted.", **values)
            case disputes.REJECTED:
                return _("The customer's dispute of %(amount)s was rejected.", **values)
        return _("The customer withdrew the dispute of %(amount)s.", **values)
