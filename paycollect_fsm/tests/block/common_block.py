# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError

from ..common import CollectionCommon


class BlockCommon(CollectionCommon):
    """Ten hours for 900 + 10 % tax, and labor at 120 an hour + tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deferred = cls.env["account.account"].create(
            {
                "name": "Prepaid services",
                "code": "PREPAID",
                "account_type": "liability_current",
            }
        )
        cls.company.collection_block_account_id = cls.deferred
        cls.tax_account = cls.deferred.copy({"code": "VAT", "name": "Taxes"})
        repartition = cls.tax.invoice_repartition_line_ids
        repartition |= cls.tax.refund_repartition_line_ids
        repartition.filtered(
            lambda line: line.repartition_type == "tax"
        ).account_id = cls.tax_account
        cls.taxed = {"taxes_id": [Command.set(cls.tax.ids)]}
        cls.hour = cls.env.ref("uom.product_uom_hour")
        cls.block_product = cls.make_block_product()
        cls.labor = cls.make_product("Labor", 120, uom_id=cls.hour.id, **cls.taxed)

    @classmethod
    def make_block_product(cls, price=900, **values):
        return cls.make_product(
            "Ten hours",
            price,
            **{
                "invoice_policy": "order",
                "field_service_tracking": "no",
                "hour_block_kind": "hours",
                "hour_block_hours": 10,
                **cls.taxed,
                **values,
            },
        )

    @classmethod
    def sell_block(cls, partner, product=None, paid=True, quantity=1, **values):
        """Sell a block with an invoice; return it."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": (product or cls.block_product).id,
                            "quantity": quantity,
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        if paid:
            cls.pay(move)
        return move.hour_block_ids

    @classmethod
    def pay(cls, move):
        cls.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()

    @classmethod
    def make_block_job(cls, partner, lines, **values):
        return cls.make_job(partner, lines, token=None, mode=None, **values)

    @contextmanager
    def assertRefused(self, words):
        """Check that it is refused with these words, then roll back."""
        with self.assertRaises(UserError) as caught:
            yield
        self.assertRegex(str(caught.exception), words)

    def get_balance(self, account, moves):
        lines = moves.line_ids.filtered(lambda line: line.account_id == account)
        return sum(lines.mapped("balance"))

    def get_taxes(self, moves):
        lines = moves.line_ids.filtered("tax_line_id")
        return sum(lines.mapped("balance"))
