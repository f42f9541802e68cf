# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import ValidationError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestTwoWindows(CollectionCommon):
    """Two windows start a payment of the same order, each on a connection of its own.

    The demo provider can't close a payment that was started.
    """

    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.seed = self.connect()
        partner = self.seed["res.partner"].create({"name": "Two Windows Inc."})
        order = self.seed["sale.order"].create({"partner_id": partner.id})
        self.order_id = order.id
        self.seed.cr.commit()
        self.addCleanup(self.remove, order, partner)

    def remove(self, order, partner):
        self.seed.cr.rollback()
        self.seed.invalidate_all()
        order.transaction_ids.unlink()
        order.unlink()
        partner.unlink()
        self.seed.cr.commit()

    def connect(self):
        cr = db_connect(self.env.cr.dbname).cursor()
        self.addCleanup(cr.close)
        env = api.Environment(cr, SUPERUSER_ID, {"lang": "en_US"})
        env.cr.execute("SELECT 1")  # the transaction sees the world as of now
        return env

    def start(self, env, now=None, name="two-windows"):
        """Select “Pay”, like the routes do; return the new payment."""
        order = env["sale.order"].browse(self.order_id)
        order._close_earlier_payments(now or self.now)
        return env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"{name}-{len(order.transaction_ids)}",
                "amount": 10,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )

    def test_while_one_window_starts_the_other_is_told(self):
        first, second = self.connect(), self.connect()
        self.start(first)
        with self.assertRaisesRegex(ValidationError, "maybe in another window"):
            self.start(second)

    @mute_logger("odoo.sql_db")
    def test_a_window_that_looked_before_the_other_started_looks_again(self):
        first, second = self.connect(), self.connect()
        self.start(first)
        first.cr.commit()
        with self.assertRaises(SerializationFailure):  # Odoo repeats the request
            self.start(second)
        second.cr.rollback()
        second.invalidate_all()
        with self.assertRaisesRegex(ValidationError, "You already started a payment"):
            self.start(second)

    def test_without_the_lock_both_windows_could_be_paid(self):
        first, second = self.connect(), self.connect()
        transactions = type(self.env["payment.transaction"])
        with patch.object(transactions, "_lock_to_pay", lambda *_args: None):
            self.start(first, name="first")
            self.start(second, name="second")
        first.cr.commit()
        second.cr.commit()
        self.seed.cr.rollback()
        order = self.seed["sale.order"].browse(self.order_id)
        self.assertEqual(order.transaction_ids.mapped("state"), ["draft", "draft"])

    def test_what_cannot_be_closed_is_waited_for_and_then_given_up(self):
        first, second = self.connect(), self.connect()
        payment = self.start(first)
        first.cr.commit()
        second.cr.rollback()
        soon = payment.create_date + timedelta(minutes=5)
        with self.assertRaisesRegex(ValidationError, "start over in 10 minutes"):
            self.start(second, soon)
        self.assertTrue(self.start(second, soon + timedelta(minutes=10)))
        second.cr.rollback()
