# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.tools import format_date

from ...rules.links import COPY, SCREEN
from ...rules.messages import MAIL, SMS


class PaycollectLink(models.Model):
    """What became of the links that were requested."""

    _inherit = "paycollect.link"

    def _get_request_text(self):
        """Return when and how the latest link was requested, and what became of it.

        Links of one request were created in the same moment.
        """
        last = self.sorted(lambda link: (link.create_date, link.id))[-1:]
        if not last:
            return False
        links = self.filtered(lambda link: link.create_date == last.create_date)
        values = {"date": self._format_day(last.create_date)}
        ways = set(links.mapped("channel"))
        if COPY in ways:
            text = self.env._("Link copied %(date)s", **values)
        elif SCREEN in ways:
            text = self.env._("QR code shown on site %(date)s", **values)
        elif ways == {MAIL, SMS}:
            text = self.env._("Requested %(date)s by email and SMS", **values)
        elif ways == {SMS}:
            text = self.env._("Requested %(date)s by SMS", **values)
        else:
            text = self.env._("Requested %(date)s by email", **values)
        return links._add_outcome(text)

    def _add_outcome(self, text):
        used, opened = self.mapped("used_at"), self.mapped("opened_at")
        if any(used):
            values = {"text": text, "date": self._format_day(max(filter(None, used)))}
            if self[0].purpose == "method":
                return self.env._("%(text)s, method saved %(date)s", **values)
            return self.env._("%(text)s, paid %(date)s", **values)
        if any(opened):
            date = self._format_day(min(filter(None, opened)))
            return self.env._("%(text)s, opened %(date)s", text=text, date=date)
        if set(self.mapped("state")) <= {"expired", "revoked"}:
            return self.env._("%(text)s, no longer valid", text=text)
        return self.env._("%(text)s, not opened yet", text=text)

    def _format_day(self, moment):
        day = self[:1].company_id._get_today(moment)
        return format_date(self.env, day, date_format="MMM d")

    # -- what the chatter says -----------------------------------------------------

    def _note_saved(self, token):
        """Note that the customer saved a method; without a link, on the portal.

        :param token: the new method (sudo)
        """
        customer = token.partner_id
        body = self.env._(
            "Payment method saved by the customer: %(method)s.",
            method=token._get_label(),
        )
        for record in self._get_noted_records(customer):
            record._message_log(body=body, author_id=customer.id)

    def _get_noted_records(self, customer):
        """Hook: the records whose chatter notes what the customer did."""
        return [customer]
