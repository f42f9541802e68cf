# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class PaycollectSettlementLine(models.Model):
    """Recording movements on the balance, once each."""

    _inherit = "paycollect.settlement.line"

    @api.model
    def _take_entries(self, provider, entries):
        """Record movements on the balance; those on record are left as they are.

        :param entries: of :class:`settlement.Entry`
        :return: their lines, in this order
        :raise ValueError: if a currency doesn't exist
        """
        known = self.search(
            [
                ("provider_id", "in", provider._get_account_providers().ids),
                ("reference", "in", [entry.reference for entry in entries]),
            ]
        )
        lines = {line.reference: line for line in known}
        new = {
            entry.reference: entry for entry in entries if entry.reference not in lines
        }
        find = self.env["paycollect.settlement"]._find_currency
        codes = {entry.currency for entry in entries}
        codes |= {entry.paid_in for entry in entries if entry.paid_in}
        currencies = {code: find(code).id for code in codes}
        created = self.create(
            [self._prepare_vals(provider, entry, currencies) for entry in new.values()]
        )
        lines |= {line.reference: line for line in created}
        names = dict.fromkeys(entry.reference for entry in entries)
        return self.browse([lines[name].id for name in names])

    def _prepare_vals(self, provider, entry, currencies):
        """:param currencies: ``{code: id}``"""
        paid_in = entry.paid_in or entry.currency
        converted = paid_in.upper() != entry.currency.upper()
        return {
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "reference": entry.reference,
            "kind": entry.kind,
            "label": entry.label,
            "date": entry.day,
            "currency_id": currencies[entry.currency],
            "gross": entry.gross,
            "fee": entry.fee,
            "net": entry.net,
            "source_amount": entry.paid if converted else entry.gross,
            "source_currency_id": currencies[paid_in],
            "fee_parts": [list(part) for part in entry.fee_parts] or False,
            "object_ref": entry.object_ref,
            "source_refs": list(entry.references) or False,
        }
