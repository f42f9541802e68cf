# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ...rules.open_items import get_balance


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
        reasons = lines._get_item_reasons(today)
        items = {customer: [] for customer in customers}
        for line in lines:
            customer = line.partner_id.commercial_partner_id.with_env(self.env)
            items[customer].append(line._prepare_open_item(today, reasons[line]))
        return items

    def _get_balances(self, company, today, items=None):
        """Return the three numbers of one customer by currency.

        :param items: what the customer owes; default: computed here
        :return: ``{currency: open_items.Balance}``, the company's currency first, also
            if nothing is open
        """
        self.ensure_one()
        if items is None:
            items = self._get_open_items(company, today)[self.commercial_partner_id]
        by_currency = {company.currency_id: []}
        for item in items:
            by_currency.setdefault(item.currency, []).append(item)
        return {
            currency: get_balance(rows, currency.decimal_places)
            for currency, rows in by_currency.items()
        }
