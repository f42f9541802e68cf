# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountMove(models.Model):
    """The sentences for recovery's reasons."""

    _inherit = "account.move"

    def _get_reason_texts(self, params):
        _ = self.env._
        texts = super()._get_reason_texts(params)
        declined = texts["declined"]
        return texts | {
            "declined": lambda: self._get_staff_text(params) or declined(),
            "lost": lambda: _("The provider has no record of this charge."),
            "lost_by_user": lambda: _(
                "%(user)s confirmed that the provider didn't charge it.",
                user=params["user"],
            ),
            "paid_by_user": lambda: _(
                "%(user)s confirmed that the provider charged it.", user=params["user"]
            ),
            "person": lambda: _("A manager must confirm the outcome."),
            "taken_back": lambda: _(
                "The bank returned %(amount)s (%(code)s). Bank returns are final.",
                amount=self.currency_id._format_amount(params["amount"]),
                code=params["code"],
            ),
            "not_closed_unconfirmed": lambda: _(
                "On hold: the customer can still confirm the declined charge. It "
                "couldn't be closed because the provider didn't respond."
            ),
            "not_closed_abandoned": lambda: _(
                "On hold: the customer started an online payment and hasn't finished "
                "it. It couldn't be closed because the provider didn't respond."
            ),
        }

    def _get_staff_text(self, params):
        """Return the decline code's staff message, in the reader's language."""
        row = self.env["paycollect.decline.code"]._browse_row(
            params.get("provider_code"), params.get("decline_code")
        )
        return row.with_env(self.env).sudo().staff_text
