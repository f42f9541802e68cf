# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dateutil.relativedelta import relativedelta

from odoo import fields, models

from odoo.addons.payment import utils as payment_utils


class PaymentProvider(models.Model):
    """Warns before the rate of returned bank debits reaches Nacha's limits (A4)."""

    _inherit = "payment.provider"

    collection_returns_told_at = fields.Datetime(
        string="Last Bank Return Warning", readonly=True, copy=False
    )

    def _to_major_units(self, minor, currency):
        """Hook: convert an amount in the provider's units (e.g. cents)."""
        return payment_utils.to_major_currency_units(minor, currency)

    def _warn_of_returns(self, company, rates, now):
        """Notify the company's exceptions owner, once a month per provider.

        :param rates: ``paycollect.return.rate`` rows that are too high
        :param now: naive UTC datetime
        """
        self.ensure_one()
        told = self.collection_returns_told_at
        if told and told > now - relativedelta(months=1):
            return
        returned = self.env["paycollect.attempt"].search(
            [
                ("company_id", "=", company.id),
                ("token_id.provider_id", "=", self.id),
                ("token_id.method_kind", "=", "bank"),
                ("state", "=", "declined"),
            ],
            order="sent_at desc",
            limit=1,
        )
        self.collection_returns_told_at = now
        company._schedule_collection_activity(
            returned.move_id,
            self.env._("High rate of returned bank debits"),
            self.env._(
                "%(rates)s Above the limit, your bank may stop processing debits. Ask "
                "the affected customers for another payment method. See Collections ▸ "
                "Reporting ▸ Bank Returns.",
                rates=" ".join(rate._get_warning_text() for rate in rates),
            ),
            code="bank_returns",
            now=now,
        )
