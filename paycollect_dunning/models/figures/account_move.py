# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _asks_for_rating(self):
        """Return whether the receipt asks its customer how it went."""
        self.ensure_one()
        company = self.company_id.sudo()
        return bool(
            company.collection_active
            and company.figures_ask_rating
            and self._get_collection_jobs()
        )

    def _get_rating_url(self, rate):
        """Return the address of the page that rates the work with one tap.

        :param rate: 5, 3 or 1
        """
        self.ensure_one()
        move = self.sudo()
        token = move._rating_get_access_token(move.partner_id)
        return f"{move.get_base_url()}/rate/{token}/{rate}"
