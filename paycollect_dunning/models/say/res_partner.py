# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.contact import find_emails

from ...rules.contact_times import find_address_zones, find_number_zones


class ResPartner(models.Model):
    """Whom a customer's reminders go to, and where that person is."""

    _inherit = "res.partner"

    def _find_reminder_contacts(self):
        """Return ``{customer: contact}`` for commercial partners, in one query.

        An invoice address first, then a contact whose portal role is to pay, else the
        customer itself.
        """
        children = self.search(
            [
                ("parent_id", "in", self.ids),
                ("is_company", "=", False),
                "|",
                ("type", "=", "invoice"),
                ("collection_role", "=", "pay"),
            ],
            order="id",
        )
        found = {customer: customer for customer in self}
        ranked = sorted(children, key=lambda child: (child.type != "invoice", child.id))
        for child in reversed(ranked):
            if child._is_reachable_for_reminders():
                found[child.parent_id] = child
        return found

    def _is_reachable_for_reminders(self):
        return bool(find_emails(self.email) or self._find_numbers())

    def _get_contact_zones(self, company, number=None):
        """Return the time zones in which this contact may be, at least one.

        :param str number: the E.164 number that is used, if any
        """
        self.ensure_one()
        place = self if self.country_id else self.commercial_partner_id
        zones = {
            *find_number_zones(number or ""),
            *find_address_zones(place.country_id.code, place.state_id.code),
        }
        return sorted(zones) or [company._get_zone().key]

    def _is_consumer(self):
        """Whether rules for consumers protect this customer."""
        return not self.commercial_partner_id.is_company

    def _get_reminder_lang(self, company):
        """Return the language of a message to this contact."""
        active = {code for code, _name in self.env["res.lang"].get_installed()}
        wanted = (self.lang, self.commercial_partner_id.lang, company.partner_id.lang)
        return next((code for code in wanted if code in active), "en_US")
