# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from .common_deposit import DepositCommon

CENTS = st.integers(1, 300000).map(lambda cents: cents / 100)
LINES = st.lists(
    st.tuples(
        CENTS,
        st.sampled_from((0.5, 1, 1.33, 3, 7)),
        st.sampled_from((0, 0, 5, 15, 33.33)),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)
ORDERS = st.tuples(
    LINES,
    st.sampled_from((0, 8, 8.25, 21)),
    st.sampled_from(("round_per_line", "round_globally")),
    st.booleans(),
    st.sampled_from((100, 100, 50, 30, 33.33)),
)
# Prices that Odoo, its peers and we got wrong by a cent: see the issues they are from.
KNOWN = (
    ([(1.01, 0.5, 0, False)], 0, "round_globally", False, 100),
    ([(1000.10, 1, 15, False)], 0, "round_globally", False, 100),
    ([(12870.59, 1, 0, False)], 0, "round_per_line", False, 50),
    ([(454.55, 1, 0, True)], 21, "round_per_line", True, 100),
    ([(2117.00, 1, 0, True), (0.01, 3, 0, True)], 8, "round_globally", True, 100),
    (
        [(176.19, 0.5, 15, False), (0.98, 7, 15, True), (0.01, 0.5, 0, False)],
        8,
        "round_globally",
        False,
        50,
    ),
    ([(99.99, 1.33, 33.33, True), (33.33, 3, 0, False)], 8.25, "round_globally", 0, 33),
)


@tagged("post_install", "-at_install")
class TestDepositCents(DepositCommon):
    """What is asked for, booked and deducted is the same, to the cent."""

    def make_taxes(self, rate, included):
        return self.env["account.tax"].create(
            {
                "name": f"Tax {rate} {included}",
                "amount": rate,
                "type_tax_use": "sale",
                "price_include_override": "tax_included"
                if included
                else "tax_excluded",
            }
        )

    def make_cents_order(self, lines, taxes, percent, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.part.id,
                            "price_unit": price,
                            "product_uom_qty": quantity,
                            "discount": discount,
                            "tax_ids": [Command.set(taxes.ids if taxed else [])],
                        }
                    )
                    for price, quantity, discount, taxed in lines
                ],
                **values,
            }
        )
        order.collection_deposit_percent = percent
        return order

    def set_scene(self):
        super().set_scene()
        self.partner = self.make_partner()
        self.part = self.make_product(
            "Part", 1, type="consu", field_service_tracking="no", invoice_policy="order"
        )
        self.rates = {
            (rate, bool(included)): self.make_taxes(rate, included)
            for rate in (0, 8, 8.25, 21)
            for included in (False, True)
        }

    def check_order(self, lines, rate, method, included, percent):
        self.company.tax_calculation_rounding_method = method
        taxes = self.rates[rate, bool(included)]
        order = self.make_cents_order(lines, taxes, percent)
        self.confirm_order_quietly(order)
        asked, deposits = order._get_amount_due_now(), self.env["account.move"]
        parts = (50, 100) if percent == 50 else (percent,)
        for part in parts:  # 50 % and then the other half
            order.collection_deposit_percent = part
            due = order._get_amount_due_now() - sum(deposits.mapped("amount_total"))
            due = order.currency_id.round(due)
            if not due:
                continue
            deposits |= order._invoice_deposit(due, self.now())
            self.assertEqual(deposits[-1:].amount_total, due)
        final = order._create_invoices(final=True)
        total = sum(deposits.mapped("amount_total"))
        if parts[-1] == 100 and order.amount_total:
            self.assertEqual(final.move_type, "out_invoice")
            self.assertEqual(final.amount_total, 0)
            self.assertEqual(order.currency_id.round(total), order.amount_total)
        else:
            left = order.currency_id.round(order.amount_total - total)
            self.assertAlmostEqual(final.amount_total, left, places=6)
        return asked

    def confirm_order_quietly(self, order):
        order.sudo().with_context(collection_by_customer=True).action_confirm()

    def test_the_known_cases_come_out_even(self):
        for case in KNOWN:
            with self.subTest(case=case):
                self.check_order(*case)

    def test_any_order_comes_out_even(self):
        @settings(
            max_examples=15,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],  # each example takes its time
            suppress_health_check=list(HealthCheck),
        )
        @given(ORDERS)
        def check(case):
            self.check_order(*case)

        check()

    def test_currencies_without_cents_ask_for_whole_units(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Yen", "currency_id": yen.id}
        )
        order = self.make_cents_order(
            [(5005, 1, 0, False)],
            self.rates[0, False],
            30,
            pricelist_id=pricelist.id,
        )
        self.make_token(self.partner)
        self.assertEqual(order.currency_id, yen)
        self.assertEqual(order._get_prepayment_required_amount(), 1502)
        self.confirm_by_staff(order)
        deposit = order._get_deposits()
        self.assertEqual((deposit.amount_total, deposit.currency_id), (1502, yen))
        order.collection_deposit_percent = 30.01  # 1,502.0005: the same whole unit
        self.assertEqual(order._get_amount_due_now(), 0)
        cents = self.make_cents_order([(0.01, 1, 0, False)], self.rates[0, False], 49)
        self.confirm_by_staff(cents)
        self.assertFalse(cents._get_deposits())
        self.assertEqual(cents.collection_readiness, "ready")
