# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """The words for recovery's reasons."""

    _inherit = "account.move"

    def _get_reason_texts(self, params):
        _ = self.env._
        texts = super()._get_reason_texts(params)
        declined = texts["declined"]
        return texts | {
            "declined": lambda: self._get_staff_text(params) or declined(),
            "lost": lambda: _("The provider does not know of this charge."),
            "lost_by_user": lambda: _(
                "%(user)s found no charge at the provider.", user=params["user"]
            ),
            "paid_by_user": lambda: _(
                "%(user)s found the charge at the provider.", user=params["user"]
            ),
            "person": lambda: _("A person has to find out."),
            "taken_back": lambda: _(
                "The bank took back %(amount)s (%(code)s); bank returns are final.",
                amount=self.currency_id.format(params["amount"]),
                code=params["code"],
            ),
            "not_closed_unconfirmed": lambda: _(
                "The customer could still confirm the declined charge, and the "
                "provider did not answer when it was to be closed."
            ),
            "not_closed_abandoned": lambda: _(
                "The customer began to pay online and did not finish; the provider "
                "did not answer when that payment was to be closed."
            ),
        }

    def _get_staff_text(self, params):
        """What colleagues are told about a decline code, in their language."""
        row = self.env["paycollect.decline.code"]._browse_row(
            params.get("provider_code"), params.get("decline_code")
        )
        return row.with_env(self.env).sudo().staff_text
