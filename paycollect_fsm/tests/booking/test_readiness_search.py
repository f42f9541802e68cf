# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..common import BookingCommon

ORDERS = 120
MAX_QUERIES = 45
STATES = (
    "ready",
    "method_missing",
    "method_expired",
    "deposit_due",
    "po_missing",
    "on_hold",
    "not_needed",
)


@tagged("post_install", "-at_install")
class TestReadinessSearch(BookingCommon):
    """The search finds in a few queries what the field computes record by record."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dice = random.Random(8)
        cls.today = fields.Date.today()
        cls.part = cls.env["product.product"].create(
            {"name": "Part", "type": "consu", "list_price": 40, "taxes_id": False}
        )
        cls.policies["auto"].deposit_percent = 0
        cls.policies["deposit"] = cls.policies["auto"].copy(
            {"name": "Half first", "sequence": 900, "deposit_percent": 50}
        )
        cls.customers = [cls._roll_customer(number) for number in range(25)]
        cls.orders = cls.env["sale.order"].union(
            *(cls._roll_order() for _number in range(ORDERS))
        )

    @classmethod
    def _roll_customer(cls, number):
        dice = cls.dice
        customer = cls.make_customer(
            f"Customer {number}",
            collection_require_po=dice.random() < 0.2,
            collection_hold_reason="Owes us" if dice.random() < 0.1 else " ",
            active=number % 8 > 0,
        )
        names = ("net", "cod", "prepaid", "auto", "auto", "deposit")
        customer.collection_policy_id = cls.policies[dice.choice(names)]
        for place in range(dice.choice((0, 1, 1, 2))):
            days = dice.choice((-40, 5, 40, 400, None))
            cls.make_token(
                customer,
                consent=dice.random() < 0.9,
                expiry_date=days and cls.today + timedelta(days=days),
                collection_priority=dice.choice((0, place + 1)),
            )
        return customer

    @classmethod
    def _roll_order(cls):
        dice = cls.dice
        lines = [
            {"product_id": cls.service.id, "price_unit": dice.choice((0, 90, 500))}
        ]
        if dice.random() < 0.4:
            lead = dice.choice((0, 30, 60))
            lines.append({"product_id": cls.part.id, "customer_lead": lead})
        later = cls.today + timedelta(days=dice.choice((0, 20, 60)))
        order = cls.env["sale.order"].create(
            {
                "partner_id": dice.choice(cls.customers).id,
                "fsm_location_id": cls.location.id,
                "client_order_ref": dice.choice((False, " ", "PO 7")),
                "commitment_date": dice.choice((False, False, later)),
                "order_line": [
                    Command.create({**line, "tax_ids": False}) for line in lines
                ],
            }
        )
        match dice.randrange(7):
            case 0:
                cls._pay(order, order.amount_total / dice.choice((1, 2)))
            case 1 | 2 | 3:
                order.with_context(collection_by_customer=True).action_confirm()
                cls._roll_bill(order)
            case 4:
                order._action_cancel()
        return order

    @classmethod
    def _roll_bill(cls, order):
        if cls.dice.random() < 0.5:
            return
        order.order_line.qty_delivered = cls.dice.choice((0.5, 1))
        if not order.order_line.filtered("qty_to_invoice"):
            return
        invoice = order._create_invoices()
        if cls.dice.random() < 0.8:
            invoice.action_post()
            if invoice.amount_total and cls.dice.random() < 0.7:
                wizard = cls.env["account.payment.register"].with_context(
                    active_model="account.move", active_ids=invoice.ids
                )
                amount = invoice.amount_total / cls.dice.choice((1, 3))
                wizard.create({"amount": amount})._create_payments()
        if cls.dice.random() < 0.3:
            cls._pay(order, 20)

    @classmethod
    def _pay(cls, order, amount):
        cls.env["payment.transaction"].create(
            {
                "provider_id": cls.provider.id,
                "payment_method_id": cls.method.id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "offline",
                "state": "done",
                "sale_order_ids": [Command.link(order.id)],
            }
        )

    def assertSearchAgrees(self, bookings):
        found = set()
        for state in STATES:
            for operator in ("=", "!="):
                domain = [("collection_readiness", operator, state)]
                expected = bookings.filtered(
                    lambda b, s=state, o=operator: (
                        (b.collection_readiness == s) == (o == "=")
                    )
                )
                actual = bookings.search([("id", "in", bookings.ids), *domain])
                with self.subTest(state=state, operator=operator):
                    self.assertEqual(set(actual.ids), set(expected.ids))
                if expected and operator == "=":
                    found.add(state)
        return found

    def test_the_search_finds_orders_as_the_field_judges_them(self):
        self.assertEqual(self.assertSearchAgrees(self.orders), set(STATES))

    def test_the_search_finds_jobs_as_the_field_judges_them(self):
        jobs = self.orders.fsm_order_ids
        for job in jobs:
            start = self.today + timedelta(days=self.dice.choice((1, 30, 500)))
            job.scheduled_date_start = self.dice.choice((False, start))
            job.collection_po_number = self.dice.choice((False, "PO 8"))
        for customer in self.customers[:8]:
            location = self.make_location(customer)
            jobs |= self.make_visit(location_id=location.id)
        self.assertIn("method_missing", self.assertSearchAgrees(jobs))

    def test_other_zones_have_other_days(self):
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            with self.subTest(zone):
                self.env.user.tz = zone
                self.assertSearchAgrees(self.orders)

    def test_twice_the_orders_take_no_more_queries(self):
        ready = [("collection_readiness", "!=", "ready")]
        self.env.flush_all()
        self.env["sale.order"].search(ready)
        counts = []
        for _round in range(2):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["sale.order"].search(ready)
            counts.append(self.env.cr.sql_log_count - before)
            for order in self.orders[:40]:
                order.copy({"order_line": False})
            self.env.flush_all()
        self.assertLessEqual(counts[0], MAX_QUERIES)
        self.assertLessEqual(counts[1], counts[0] + 1)
