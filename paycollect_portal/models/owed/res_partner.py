# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.rules.collectable import AUTOMATIC

from ...rules.open_items import Balance, get_balance


class ResPartner(models.Model):
    """What customers owe: the single source for every page, message and figure."""

    _inherit = "res.partner"

    def _get_open_items(self, company, today):
        """Return what these customers owe a company, and their unapplied credit.

        In bulk: the number of queries doesn't depend on the number of customers or
        invoices. Contacts count as their company.

        :param company: the company that is owed
        :param today: that company's day
        :return: ``{customer: [open_items.OpenItem]}`` with a key for every commercial
            partner, oldest due first; credits have negative amounts
        """
        customers = self.commercial_partner_id
        lines = self.env["account.move.line"]._search_open_items(customers, company)
        items = {customer: [] for customer in customers}
        for line, rows in lines._prepare_open_items(today).items():
            customer = line.partner_id.commercial_partner_id.with_env(self.env)
            items[customer] += rows
        return items

    def _get_balances(self, company, today, items=None):
        """Return the three numbers of one customer by currency.

        :param items: what the customer owes; default: computed here
        :return: ``{currency: open_items.Balance}``, the company's currency first, also
            if nothing is open
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        if items is None:
            items = customer._get_open_items(company, today)[customer]
        groups = {}
        for item in items:
            groups.setdefault((item.currency, item.line.account_id), []).append(item)
        credits = customer._get_usable_credit(company, groups)
        first = company.currency_id
        balances = {first: Balance(digits=first.decimal_places)}
        for (currency, account), rows in groups.items():
            digits = currency.decimal_places
            balance = get_balance(rows, digits, credits[currency, account])
            none = Balance(digits=digits)
            balances[currency] = balances.get(currency, none) + balance
        return balances

    def _get_usable_credit(self, company, groups):
        """Return the credit that a payment deducts, by (currency, account)."""
        if company.collection_credit_use != AUTOMATIC:
            return dict.fromkeys(groups, 0.0)
        currencies = self.env["res.currency"].union(*(key[0] for key in groups))
        lines = self.env["account.move.line"]
        found = lines._get_open_credits(self, company, currencies)
        return {
            key: currency.round(sum(found.get((self, company, *key), {}).values()))
            for key in groups
            for currency in key[:1]
        }
