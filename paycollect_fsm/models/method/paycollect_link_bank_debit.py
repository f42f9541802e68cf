# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.const import BANK_DEBIT_CODES


class PaycollectLink(models.Model):
    """The authorization of a customer who saves a bank account."""

    _inherit = "paycollect.link"

    def _offers_bank_debit(self):
        """Return whether the page lets this customer save a bank account."""
        self.ensure_one()
        methods = self.env["payment.method"].sudo()
        methods = methods.search(
            [
                ("code", "in", list(BANK_DEBIT_CODES)),
                ("support_tokenization", "=", True),
                (
                    "provider_ids",
                    "any",
                    [
                        ("state", "in", ("enabled", "test")),
                        ("allow_tokenization", "=", True),
                        ("company_id", "parent_of", self.company_id.ids),
                    ],
                ),
            ]
        )
        country = self.partner_id.country_id
        return any(
            not country
            or not method.supported_country_ids
            or country in method.supported_country_ids
            for method in methods
        )

    def _get_bank_debit_text(self):
        """Return the authorization to debit a bank account, in the current language.

        It states who debits which account, how much, when, and how to revoke it
        (Nacha Operating Rules, 2.3.2.2).
        """
        company = self.company_id
        contact = " / ".join(filter(None, (company.phone, company.email)))
        return self.env._(
            "If I choose a bank account, I authorize %(company)s to electronically "
            "debit that account for the amount of each invoice for work I order, on "
            "or after the day the work is done or on the date we agreed on, and to "
            "credit it to correct errors. A debit that is returned unpaid may be "
            "resubmitted. This authorization remains in effect until I cancel it by "
            "notifying %(contact)s at least three business days before a debit. "
            "Debits comply with the Nacha Operating Rules and US law.",
            company=company.name,
            contact=contact or company.name,
        )
