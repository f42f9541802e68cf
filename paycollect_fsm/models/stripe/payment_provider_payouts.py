# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import UTC, timedelta

from odoo import models

from ...rules import stripe_payouts
from . import api as stripe_api

OVERLAP = timedelta(hours=2)
FIRST_LOOK = timedelta(days=10)
# Stripe itemizes a payout after it was sent, and a bank may return it days later.
WATCHED = timedelta(days=14)


class PaymentProvider(models.Model):
    """Stripe's payouts and balance transactions.

    They are read every hour, not sent by events: the list of events that an endpoint
    may be asked for is full, and what a payout is made of is only known later.
    """

    _inherit = "payment.provider"

    def _read_payouts(self, now):
        if self.code != "stripe":
            return super()._read_payouts(now)
        client = stripe_api.get_client(self)
        since = self._get_payouts_since(now)
        entries = self._list_entries(client, {"created": {"gte": since}})
        payouts = self._list_payouts(client, since, now)
        return (
            [
                stripe_payouts.read_entry(entry, self._to_major_of)
                for entry in reversed(entries)
                if not stripe_payouts.is_own_payout(entry)
            ],
            [self._read_payout(client, payout) for payout in payouts],
        )

    def _get_payout_errors(self):
        return (*super()._get_payout_errors(), stripe_api.Error)

    def _shares_account_with(self, other):
        """Each provider may have a webhook with a secret of its own."""
        has_key = self.code == other.code == "stripe" and bool(self.stripe_secret_key)
        return (
            super()._shares_account_with(other)
            or self._is_same_account(other)
            or (has_key and self.stripe_secret_key == other.stripe_secret_key)
        )

    def _get_payouts_since(self, now):
        """Return the start of the reading as a Unix time."""
        read_until = self.collection_payouts_read_until
        since = read_until - OVERLAP if read_until else now - FIRST_LOOK
        return int(since.replace(tzinfo=UTC).timestamp())

    def _list_entries(self, client, params):
        page = client.v1.balance_transactions.list(
            {**params, "limit": 100, "expand": ["data.source"]}
        )
        return [entry.to_dict(for_json=True) for entry in page.auto_paging_iter()]

    def _list_payouts(self, client, since, now):
        """Return new payouts, and those that may have changed since."""
        first = int((now - WATCHED).replace(tzinfo=UTC).timestamp())
        page = client.v1.payouts.list(
            {"created": {"gte": min(since, first)}, "limit": 100}
        )
        return [payout.to_dict(for_json=True) for payout in page.auto_paging_iter()]

    def _read_payout(self, client, payout):
        """Return the :class:`settlement.Payout`, itemized once that is final."""
        entries = None
        known = self.env["paycollect.settlement"]._search_row(self, payout["id"])
        if stripe_payouts.is_complete(payout) and not known.is_complete:
            entries = self._list_entries(client, {"payout": payout["id"]})
        return stripe_payouts.read_payout(payout, entries, self._to_major_of)

    def _to_major_of(self, minor, code):
        """Convert Stripe's amount, with the decimals that Stripe uses for it."""
        currency = self.env["paycollect.settlement"]._find_currency(code)
        return self._to_major_units(minor, currency)
