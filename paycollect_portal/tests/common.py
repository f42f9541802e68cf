# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command

from odoo.addons.paycollect_fsm.tests.common import CollectionCommon


class PortalCommon(CollectionCommon):
    """A customer on terms with a login, a colleague, and another customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._get_today()
        cls.customer = cls.make_partner("Acme Inc.", mode="net")
        cls.other = cls.make_partner(
            "Other Inc.", mode="net", email="ap@other.example.com"
        )
        cls.portal_user = cls.make_portal_user("portal_acme", cls.customer)
        cls.colleague = cls.make_portal_user("portal_colleague", cls.customer)
        cls.other_user = cls.make_portal_user("portal_other", cls.other)

    @classmethod
    def make_portal_user(cls, login, customer):
        user = cls.get_user(login)
        user.partner_id.parent_id = customer
        return user

    @classmethod
    def make_invoice(cls, partner=None, amount=100.0, due=0, post=True, **values):
        """Create an invoice of one line without taxes.

        :param due: days from today; negative: overdue
        :param values: other fields; ``invoice_payment_term_id`` overrides ``due``
        """
        dates = {"invoice_date": cls.today + timedelta(days=min(due, 0))}
        if "invoice_payment_term_id" not in values:
            dates |= {
                "invoice_payment_term_id": False,
                "invoice_date_due": cls.today + timedelta(days=due),
            }
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or cls.customer).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.repair.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **dates,
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def make_credit_note(cls, partner=None, amount=40.0, **values):
        return cls.make_invoice(partner, amount, move_type="out_refund", **values)

    @classmethod
    def make_payment(cls, partner=None, amount=100.0, **values):
        """Create a posted payment on account."""
        payment = cls.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or cls.customer).id,
                "amount": amount,
                "date": cls.today,
                "journal_id": cls.get_bank_journal().id,
                **values,
            }
        )
        payment.action_post()
        return payment

    @classmethod
    def get_bank_journal(cls):
        return cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    @classmethod
    def make_parts_term(cls, *parts, discount=0.0, discount_days=0):
        """Create a payment term; ``parts`` are (percent, days) pairs."""
        return cls.env["account.payment.term"].create(
            {
                "name": "Parts",
                "early_discount": bool(discount),
                "discount_percentage": discount,
                "discount_days": discount_days,
                "line_ids": [
                    Command.create(
                        {
                            "value": "percent",
                            "value_amount": percent,
                            "nb_days": days,
                        }
                    )
                    for percent, days in parts
                ],
            }
        )
