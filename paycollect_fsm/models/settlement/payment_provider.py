# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list

_logger = logging.getLogger(__name__)

LIVE = ("enabled", "test")


class PaymentProvider(models.Model):
    """Reads the provider's payouts, and compares them with our books."""

    _inherit = "payment.provider"

    collection_payouts_read_until = fields.Datetime(
        string="Payouts Fetched Until",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The provider's list of payouts and movements was read up to this time.",
    )
    collection_payouts_error = fields.Char(
        string="Payout Fetch Error",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="Why the provider's payouts couldn't be read. It is retried every hour.",
    )
    collection_compared_at = fields.Datetime(
        string="Compared On",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="When the provider's list was last compared with the books.",
    )

    # -- hooks -------------------------------------------------------------------

    def _read_payouts(self, now):
        """Hook: read what is new at the provider. Network, read-only.

        :param now: naive UTC datetime
        :return: movements on the balance, and payouts: lists of
            :class:`settlement.Entry` and of :class:`settlement.Payout`; empty if this
            provider's payouts can't be read
        :raise Exception: of :meth:`_get_payout_errors`
        """
        self.ensure_one()
        return ()

    def _get_payout_errors(self):
        """Hook: the exceptions with which reading may fail; it is tried again."""
        return (ValueError,)

    def _shares_account_with(self, other):
        """Hook: whether both are the same account at the provider."""
        return self == other

    def _get_settlement_name(self):
        """Return the word by which a bank names this provider."""
        labels = dict(self._fields["code"]._description_selection(self.env))
        return labels.get(self.code) or self.name

    def _get_listed_until(self):
        """Return the day until which the provider's list is complete, or None."""
        if read_until := self.collection_payouts_read_until:
            return read_until.date()
        lines = self.env["paycollect.settlement.line"]
        own = [("provider_id", "=", self.id)]
        return lines.search(own, order="date desc", limit=1).date or None

    # -- crons -------------------------------------------------------------------

    def _cron_read_payouts(self, now=None):
        """Read the payouts of each provider, and settle what became possible.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for provider in self._search_settling():
            provider._read_and_settle(now)

    def _read_and_settle(self, now):
        """Read what is new, unless the provider doesn't answer, and settle.

        Each payout is settled by itself, so that none keeps the others from it.

        :param now: naive UTC datetime
        """
        settlements = self.env["paycollect.settlement"]
        with settlements._separately(f"payouts of {self}"):
            try:
                self._check_own_account()
                found = self._read_payouts(now)
            except (UserError, *self._get_payout_errors()) as error:
                self._note_payout_error(error)
            else:
                self._take_payouts(found, now)
        self._settle_open(now)

    def _cron_compare(self, now=None):
        """Compare provider, transactions, payments, invoices and bank, once a day.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        settlements = self.env["paycollect.settlement"]
        for provider in self._search_settling():
            found = self.env["paycollect.discrepancy"]
            with settlements._separately(f"checking {provider}"):
                found.with_company(provider.company_id)._check_provider(provider, now)

    def _search_settling(self):
        """Return the providers (sudo) of companies that collect, one per account."""
        providers = self.sudo().search([("state", "in", LIVE)], order="id")
        providers = providers.filtered(lambda provider: provider._is_collecting())
        return providers.filtered(
            lambda provider: (
                provider == (provider._get_account_providers() & providers)[:1]
            )
        )

    def _get_account_providers(self):
        """Return the company's providers (sudo) of the same account there."""
        others = self.sudo().search(
            [
                ("code", "in", self.mapped("code")),
                ("company_id", "in", self.company_id.ids),
            ],
            order="id",
        )
        return others.filtered(
            lambda other: any(one._shares_account_with(other) for one in self.sudo())
        )

    def _check_own_account(self):
        """:raise UserError: if another company's money is in the same payouts"""
        self.ensure_one()
        others = self.sudo().search(
            [
                ("state", "in", LIVE),
                ("code", "=", self.code),
                ("company_id", "!=", self.company_id.id),
            ]
        )
        others = others.filtered(lambda other: self._shares_account_with(other))
        if others:
            raise UserError(
                self.env._(
                    "%(companies)s uses the same account at the provider, so its "
                    "payouts mix the money of both. Use an account for each company.",
                    companies=format_list(self.env, others.company_id.mapped("name")),
                )
            )

    def _take_payouts(self, found, now):
        """Record what was read, then note how far it was read.

        :raise RetryableJobError: if a record that it concerns is locked
        """
        if not found:
            return
        entries, payouts = found
        settlements = self.env["paycollect.settlement"]
        lines = self.env["paycollect.settlement.line"]._take_entries(self, entries)
        lines._find_transactions()
        lines._follow_returns(now)
        for payout in sorted(payouts, key=lambda payout: payout.day):
            settlements.with_company(self.company_id)._record(self, payout)
        self.write(
            {"collection_payouts_read_until": now, "collection_payouts_error": False}
        )

    def _settle_open(self, now):
        """Go on with payouts whose lines, account or bank transaction was missing, or
        whose match with the bank was undone."""
        waiting = self.env["paycollect.settlement"].search(
            [
                ("provider_id", "=", self.id),
                "|",
                ("state", "!=", "matched"),
                ("payout_item_id", "any", [("reconciled", "=", False)]),
            ],
            order="date, id",
        )
        for settlement in waiting:
            with settlement._separately(f"payout {settlement.reference}"):
                settlement._as_system()._settle(now)

    def _note_payout_error(self, error):
        _logger.warning(
            "Payouts of provider %s could not be read: %s",
            self.id,
            type(error).__name__,
        )
        own = isinstance(error, UserError)
        text = str(error) if own else f"{type(error).__name__}: {error}"
        self.collection_payouts_error = text[:500]
