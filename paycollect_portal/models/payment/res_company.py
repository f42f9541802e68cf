# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.colors import BLACK, WHITE, is_readable

DEFAULT = "#714B67"  # Odoo's


class ResCompany(models.Model):
    """How the customers' pages look: like the company's emails."""

    _inherit = "res.company"

    def _get_portal_style(self):
        """Return the colors of buttons and links for a style attribute; False if the
        company doesn't collect: its pages stay Odoo's."""
        company = self.sudo()
        if not company.collection_active:
            return False
        color = company.email_secondary_color or DEFAULT
        text = company.email_primary_color or WHITE
        if not is_readable(text, color):
            text = WHITE if is_readable(WHITE, color) else BLACK
        link = color if is_readable(color, WHITE) else BLACK
        return (
            f"--paycollect-color: {color}; --paycollect-text: {text}; "
            f"--paycollect-link: {link};"
        )
