# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import formataddr

from ...rules.contact import find_emails, find_numbers


class ResPartner(models.Model):
    """Where a customer can be reached: the single source for emails and texts.

    The contact's own address comes first, then its company's. Our messages concern
    work that was ordered, so unsubscribing from newsletters (``mail.blacklist``) does
    not stop them. A number that opted out of texts (``phone.blacklist``) gets none.
    """

    _inherit = "res.partner"

    def _get_collection_email(self):
        """Return the usable addresses formatted for an email header, or False."""
        for partner in self | self.commercial_partner_id:
            if addresses := find_emails(partner.email):
                name = partner.name or partner.commercial_partner_id.name or ""
                return ", ".join(formataddr((name, address)) for address in addresses)
        return False

    def _get_collection_number(self):
        """Return the number for text messages, as E.164, or False (Q4)."""
        partners = self | self.commercial_partner_id
        numbers = [n for partner in partners for n in partner._find_numbers()]
        blacklist = (
            self.env["phone.blacklist"]
            .sudo()
            .search_fetch([("number", "in", numbers)], ["number"])
        )
        blocked = set(blacklist.mapped("number"))
        return next((number for number in numbers if number not in blocked), False)

    def _find_numbers(self):
        """Return the numbers in the phone field as E.164, direct lines first.

        A customer without a country is assumed to be in the company's country.
        """
        self.ensure_one()
        country = self.country_id or self.env.company.country_id
        if found := find_numbers(self.phone, country.code):
            return found
        typed = self._phone_format(number=self.phone, country=country)
        return [typed] if typed else []
