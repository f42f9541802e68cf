# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import models

COPY = "collection_copy"
NOTE = Markup(
    '<p style="font-family:Arial,Helvetica,sans-serif;font-size:13px;color:#3e4c59;'
    'padding:8px 16px;">%s</p>'
)


class AccountMove(models.Model):
    """A colleague's copy of a receipt or an invoice.

    It says what the customer's message says, with one exception. A link in a message
    opens without a login and acts as the customer, but whoever gets copies need not be
    allowed to pay. So the link in a copy leads to the page of the invoice for whoever
    is logged in: there, the contact's own role decides.
    """

    _inherit = "account.move"

    def _create_copy(self, xmlid, address, contact):
        """Return the unsent ``mail.mail``.

        :param str xmlid: of the template of the customer's message
        :param address: the contact's
        :param contact: who gets the copy
        """
        move = self.with_context(**{COPY: True})
        mail = move._create_message(xmlid, address)
        note = NOTE % self._get_copy_note(contact)
        subject = self._in_words_of(contact)._(
            "Copy: %(subject)s", subject=mail.subject
        )
        mail.write({"subject": subject, "body_html": note + Markup(mail.body_html)})
        return mail

    def _get_copy_note(self, contact):
        """Return why the contact gets this, in the contact's language."""
        return self._in_words_of(contact)._(
            "This is a copy for your information. The original was sent to "
            "%(customer)s. If you don't want copies anymore, just reply to this email.",
            customer=self.partner_id.display_name,
        )

    def _in_words_of(self, contact):
        return self.with_context(lang=contact.lang or self.env.lang).env

    def _is_copy(self):
        return bool(self.env.context.get(COPY))

    def _get_authentication_link(self):
        return False if self._is_copy() else super()._get_authentication_link()

    def _get_copy_path(self):
        """Return the path of the page for whoever is logged in; None if this is the
        customer's own message."""
        return f"/my/invoices/{self.id}" if self._is_copy() else None
