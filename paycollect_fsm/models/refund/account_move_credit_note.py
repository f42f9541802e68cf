# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models


class AccountMove(models.Model):
    """Credit notes of exactly an amount, to the cent."""

    _inherit = "account.move"

    def _set_lines_to_amount(self, amount, label, key):
        """Replace the lines of a draft credit note by a share of them, with Odoo's
        exact distribution of an amount over taxes.

        :param amount: taxes included, in the credit note's currency
        :param label: of the new lines
        :param key: what the share is for, unique
        """
        self.ensure_one()
        taxes = self.env["account.tax"]
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        for base_line in base_lines:
            lines = self._get_credited_order_lines(base_line["record"])
            base_line["_order_lines"] = lines
        shares = taxes._prepare_down_payment_lines(
            base_lines=base_lines,
            company=self.company_id,
            amount_type="fixed",
            amount=amount,
            computation_key=key,
            grouping_function=lambda line: {
                "account_id": line["account_id"],
                "_order_lines": line["_order_lines"],
            },
        )
        self.write(
            {
                "invoice_line_ids": [
                    *(Command.delete(line.id) for line in self.invoice_line_ids),
                    *(
                        Command.create(self._prepare_credit_share_vals(share, label))
                        for share in shares
                    ),
                ]
            }
        )

    def _prepare_credit_share_vals(self, share, label):
        taxes, order_lines = self.env["account.tax"], share["_order_lines"]
        return {
            "name": label,
            "account_id": share["account_id"].id,
            "quantity": 1.0,
            "price_unit": share["price_unit"],
            "tax_ids": [Command.set(share["tax_ids"].ids)],
            "analytic_distribution": share["analytic_distribution"],
            "sale_line_ids": [Command.set(order_lines.ids)],
            "is_downpayment": bool(order_lines),
            "extra_tax_data": taxes._export_base_line_extra_tax_data(share),
        }

    def _get_credited_order_lines(self, line):
        """Hook: return the order lines of which a share of an invoice line takes back
        what was invoiced; none, as long as the work counts as billed."""
        return line.sale_line_ids.browse()
