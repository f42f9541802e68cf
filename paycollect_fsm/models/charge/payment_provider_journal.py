# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaymentProvider(models.Model):
    """Creates the provider's journal line ahead of the first payment.

    Odoo creates it on first use. Two first payments at the same moment would create
    two lines, and no payment of this provider could be booked after that. So it is
    created when the provider is enabled or its company starts collecting.
    """

    _inherit = "payment.provider"

    @api.model_create_multi
    def create(self, vals_list):
        providers = super().create(vals_list)
        providers._make_journal_line()
        return providers

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals or "company_id" in vals:
            self._make_journal_line()
        return result

    @api.model
    def _make_journal_lines_of(self, companies):
        """Create the journal lines of companies that start collecting."""
        providers = self.sudo().search([("company_id", "parent_of", companies.ids)])
        providers._make_journal_line()

    def _make_journal_line(self):
        """Compute the journal, which creates the line unless there is one."""
        active = self.filtered(
            lambda provider: (
                provider.state in ("enabled", "test")
                and provider.company_id._collects_here_or_below()
            )
        )
        active.mapped("journal_id")
