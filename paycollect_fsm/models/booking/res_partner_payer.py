# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

# What a contact's commercial partner depends on.
COMPANY_FIELDS = frozenset({"parent_id", "is_company"})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Log on the work booked by a contact that another company will pay for it."""
        if not COMPANY_FIELDS.intersection(vals):
            return super().write(vals)
        bookings = [
            self._search_open_bookings("sale.order", "partner_invoice_id"),
            self._search_open_bookings("fsm.order", "location_id.owner_id"),
        ]
        payers = [records._get_booked_payers() for records in bookings]
        result = super().write(vals)
        for records, before in zip(bookings, payers, strict=True):
            records._note_new_payers(before)
        return result

    def _search_open_bookings(self, model, path):
        """Return the open work (sudo) that these contacts or their contacts pay for."""
        records = self.env[model].sudo()
        domain = records._get_open_booking_domain()
        collected = [("company_id.collection_active", "=", True)]
        return records.search(domain + collected + [(path, "child_of", self.ids)])
