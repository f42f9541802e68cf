# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets

from odoo import api, models


class PaycollectLink(models.Model):
    """Links of reminders."""

    _inherit = "paycollect.link"

    @api.model
    def _create_sealed(self, rows, purpose, now):
        """Create a sealed link for each message, in bulk, see ``_issue_sealed``.

        :param rows: list of (partner, company, channel)
        :return: the links (sudo), in that order
        """
        values = []
        for partner, company, channel in rows:
            raw = secrets.token_urlsafe(32)
            issued = self._prepare_issue_vals(raw, partner, purpose, company, None, now)
            values.append(issued | {"channel": channel, "pending_token": raw})
        return self.sudo().create(values)

    def _get_sealed_url(self):
        """Return the URL that names this link but opens nothing."""
        self.ensure_one()
        return self._get_url(f"link-{self.id}")
