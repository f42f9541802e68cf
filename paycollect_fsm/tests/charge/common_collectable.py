# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command

from ..common import CollectionCommon


class CollectableCommon(CollectionCommon):
    """Terms, credit notes and payments on account."""

    @classmethod
    def make_term(cls, *parts, **values):
        """Create a payment term with (percent, days) installments."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Test term",
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": percent,
                            "delay_type": "days_after",
                            "nb_days": days,
                        }
                    )
                    for percent, days in parts
                ],
                **values,
            }
        )

    @classmethod
    def make_discount_term(cls, computation="excluded", percent=2, days=10, net=30):
        return cls.make_term(
            (100, net),
            early_discount=True,
            discount_percentage=percent,
            discount_days=days,
            early_pay_discount_computation=computation,
        )

    @classmethod
    def make_credit_note(cls, partner, amount, **values):
        credit = cls.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Bad work",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": False,
                        }
                    )
                ],
                **values,
            }
        )
        credit.action_post()
        return credit

    @classmethod
    def make_payment(cls, partner, amount, **values):
        """Create a payment on account."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": partner.id,
                "amount": amount,
                "journal_id": cls.env["account.journal"]
                .search(
                    [("type", "=", "bank"), ("company_id", "=", cls.company.id)],
                    limit=1,
                )
                .id,
                **values,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def make_invoice(cls, partner, amount=100, tax=None, **values):
        """Create a posted invoice that the policy charges automatically."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Work",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.set(tax.ids)] if tax else False,
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        move.collection_policy_id = cls.policies["auto"]
        return move

    def collect(self, moves):
        """Start collection like after a completed job and run the queued jobs."""
        with self.with_jobs():
            moves._start_collection("completion")

    def get_charged(self, moves):
        """Return the charged amounts, in the order of the charges."""
        attempts = moves.collection_attempt_ids.sorted("id")
        return attempts.filtered(lambda a: a.state == "paid").mapped("amount")
