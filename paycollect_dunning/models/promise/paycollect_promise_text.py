# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_list

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.promise import BROKEN, CANCELED, KEPT, OPEN, PARTLY


class PaycollectPromise(models.Model):
    """What the customer and staff read about a promise."""

    _inherit = "paycollect.promise"

    def _get_title(self):
        self.ensure_one()
        return self.env._(
            "%(customer)s: %(amount)s by %(day)s",
            customer=self.partner_id.name,
            amount=self.currency_id._format_amount(self.amount),
            day=format_day(self.env, self.date),
        )

    def _get_customer_text(self):
        """Return what became of the promise, for the customer."""
        self.ensure_one()
        _ = self.env._
        values = {
            "day": format_day(self.env, self.date),
            "until": format_day(self.env, self.until),
            "paid": self.currency_id._format_amount(self.paid),
        }
        if self.replaced_by_id:
            return _("You changed this.")
        return {
            OPEN: _(
                "We don't send reminders for these invoices until %(until)s.", **values
            ),
            KEPT: _("Your payment has arrived. Thank you!"),
            PARTLY: _(
                "%(paid)s had arrived by then. Please pay what is still open.", **values
            ),
            BROKEN: _(
                "We hadn't received a payment by then. Please pay now, or contact us.",
            ),
            CANCELED: _("This was canceled, or there was nothing left to pay."),
        }[self.state]

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]

    def _get_invoice_names(self):
        names = self.move_ids.sorted("name").mapped("name")
        return format_list(self.env, names) if names else ""
