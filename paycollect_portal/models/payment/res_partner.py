# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import Command, models

from ...rules.payment import Block, Choice, plan_payment


class ResPartner(models.Model):
    """What a customer may pay now, and how a payment is allocated."""

    _inherit = "res.partner"

    def _get_payment_blocks(self, company, today, choice=None):
        """Return what this customer may pay, by currency and receivable account.

        :param company: the company that is paid
        :param today: that company's day
        :param choice: :class:`payment.Choice`, for the block that it names
        :return: list of :class:`payment.Block`, the company's currency first
        """
        customer = self.commercial_partner_id
        choice = choice or Choice()
        groups = {}
        for item in customer._get_open_items(company, today)[customer]:
            groups.setdefault((item.currency, item.line.account_id), []).append(item)
        credits = customer._get_usable_credit(company, groups)
        blocks = [
            self._prepare_payment_block(key, items, credits[key], choice)
            for key, items in groups.items()
        ]
        first = company.currency_id
        return sorted(blocks, key=lambda b: (b.currency != first, b.currency.name))

    def _prepare_payment_block(self, key, items, credit, choice):
        currency, account = key
        name = f"{currency.name}-{account.id}"
        lines, amount = None, None
        if choice.block in (name, ""):
            lines, amount = choice.lines, choice.amount
        chosen = lines and [item for item in items if item.line.id in lines]
        plan = plan_payment(items, chosen, amount, credit, currency.decimal_places)
        return Block(name, currency, tuple(items), credit, plan)

    def _get_payment_mark(self, company, block):
        """Return a hash of what the page says is paid, to notice that it changed."""
        shares = [
            (s.item.line.id, s.amount, s.credit, s.discount) for s in block.plan.shares
        ]
        said = f"{self.commercial_partner_id.id},{company.id},{block.key},{shares}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def _prepare_block_payment_vals(self, company, block):
        """Return the values that make a transaction a payment of the block's plan."""
        shares = block.plan.shares
        moves = {share.item.move.id: None for share in shares}
        return {
            "invoice_ids": [Command.set(list(moves))],
            "collection_allocation_ids": [
                Command.create(
                    {
                        "company_id": company.id,
                        "line_id": share.item.line.id,
                        "move_id": share.item.move.id,
                        "amount": share.amount,
                        "credit": share.credit,
                        "discount": share.discount,
                    }
                )
                for share in shares
            ],
        }
