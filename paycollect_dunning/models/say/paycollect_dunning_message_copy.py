# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import models

from odoo.addons.paycollect_fsm.models.message.account_move_copy import COPY, NOTE


class PaycollectDunningMessage(models.Model):
    """A colleague's copy of a reminder.

    The link in a reminder opens without a login and acts as the customer. Whoever gets
    copies need not be allowed to pay, so the copy's link leads to the balance of
    whoever is logged in: there, the contact's own role decides.
    """

    _inherit = "paycollect.dunning.message"

    def _create_copy(self, address, contact):
        """Return the unsent ``mail.mail``.

        :param address: the contact's
        :param contact: who gets the copy
        """
        self.ensure_one()
        row = self.with_company(self.company_id)
        row = row.with_context(**{COPY: True, "lang": self._get_lang()})
        content = row._render_mails()[row.id]
        words = self.with_context(lang=contact.lang or self.env.lang).env
        note = words._(
            "This is a copy for your information. The original was sent to "
            "%(customer)s. If you don't want copies anymore, just reply to this email.",
            customer=self.partner_id.display_name,
        )
        reply_to = row._get_reply_addresses()[row.id]
        return (
            self.env["mail.mail"]
            .sudo()
            .create(
                {
                    **content,
                    **row._prepare_mail(address, reply_to),
                    "subject": words._("Copy: %(subject)s", subject=content["subject"]),
                    "body_html": NOTE % note + Markup(content["body_html"]),
                }
            )
        )

    def _get_link_url(self):
        if not self.env.context.get(COPY):
            return super()._get_link_url()
        return f"{self.company_id._get_public_url()}/my/balance"

    def _asks_for_open_items(self):
        """Whether anything that this asked for is open now."""
        open_lines = self.line_ids.line_id.sudo().filtered(
            lambda line: not line.reconciled
        )
        return bool(open_lines)
