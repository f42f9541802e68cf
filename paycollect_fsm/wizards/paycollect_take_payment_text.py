# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..rules.door import MAX_BANK, MAX_DIGITS, MAX_PHOTO


class PaycollectTakePayment(models.TransientModel):
    """What has to be corrected before a payment can be taken."""

    _inherit = "paycollect.take.payment"

    def _get_problem_text(self, code, take):
        """Return the sentence for a code of ``door.find_problem``."""
        money = self.currency_id._format_amount
        values = {
            "amount": money(take.amount),
            "due": money(take.left),
            "shown": money(take.due),
            "credit": money(max(take.amount - take.left, 0)),
            "tendered": money(take.tendered),
            "limit": money(take.limit),
            "currency": self.currency_id.name,
            "digits": MAX_DIGITS,
            "letters": MAX_BANK,
            "size": MAX_PHOTO // 1024**2,
        }
        texts = self._get_amount_texts(values) | self._get_check_texts(values)
        return texts[code]

    def _get_amount_texts(self, values):
        _ = self.env._
        return {
            "way": _("Choose how the customer pays."),
            "changed": _(
                "%(due)s is due now, not %(shown)s: a payment arrived in the meantime, "
                "or the invoice was changed. Close this dialog, open it again, and "
                "check what is left to take.",
                **values,
            ),
            "amount": _("Enter an amount above 0."),
            "rounding": _(
                "%(currency)s has no amounts that small. Round the amount.", **values
            ),
            "too_much": _(
                "%(amount)s is more than the %(due)s due. Enter %(due)s or less.",
                **values,
            ),
            "confirm_charge": _(
                "%(amount)s is above the limit of %(limit)s for a charge without a "
                "second confirmation. Ask the customer, then confirm it.",
                **values,
            ),
            "confirm_credit": _(
                "%(amount)s is %(credit)s more than due. Correct the amount, or "
                "confirm that the customer wants the rest as credit.",
                **values,
            ),
            "tendered": _(
                "The customer handed over %(tendered)s, less than %(amount)s. Correct "
                "“Cash Received” or the amount.",
                **values,
            ),
        }

    def _get_check_texts(self, values):
        _ = self.env._
        return {
            "number_missing": _(
                "Check Number is empty. Enter it: it's printed in the upper right "
                "corner of the check."
            ),
            "number": _(
                "A check number has up to %(digits)s digits. Enter the one in the "
                "upper right corner of the check.",
                **values,
            ),
            "bank": _(
                "The bank's name can have up to %(letters)s characters. Shorten it.",
                **values,
            ),
            "photo_size": _(
                "A photo can have up to %(size)s MB. Take a smaller one.", **values
            ),
            "photo_kind": _("The photo must be a JPEG or PNG picture."),
        }
