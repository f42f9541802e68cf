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
            if email := partner._get_own_email():
                return email
        return False

    def _get_own_email(self):
        """Return the contact's own usable addresses for an email header, or False."""
        self.ensure_one()
        name = self.name or self.commercial_partner_id.name or ""
        addresses = find_emails(self.email)
        return ", ".join(formataddr((name, one)) for one in addresses) or False

    def _get_copied_contacts(self, company):
        """Return the contacts who get copies of this customer's receipts and invoices.

        The single source for copies. One copy is sent to a mailbox, and none to one
        that gets the message itself. Contacts without a usable address are included.

        :param company: who writes to the customer
        """
        self.ensure_one()
        taken = set(find_emails(self._get_collection_email()))
        copied = self.browse()
        for contact in self._find_copied_contacts(company) - self:
            addresses = set(find_emails(contact.email))
            is_new = not addresses or not addresses <= taken
            if contact.commercial_partner_id == self.commercial_partner_id and is_new:
                copied |= contact
                taken |= addresses
        return copied

    def _find_copied_contacts(self, _company):
        """Hook: contacts (sudo) of the same customer who want copies."""
        return self.browse()

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
