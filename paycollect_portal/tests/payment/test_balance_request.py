# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_balance import BalanceCommon

RAW = re.compile(r"/pay/([A-Za-z0-9_-]{43})")


@tagged("post_install", "-at_install")
class TestBalanceRequest(BalanceCommon):
    """Staff send a customer one link to everything that is open."""

    def send(self, user=None):
        customer = self.customer.with_user(user or self.dispatcher)
        action = customer.action_send_balance_link()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.with_user(user or self.dispatcher).action_send()
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        with self.mock_mail_gateway():
            mail.send()
        return self._mails[0]

    def test_the_link_names_what_is_due_and_pays_it(self):
        self.make_invoice(amount=100, due=-3)
        self.make_invoice(amount=50)
        self.make_invoice(amount=70, due=5)
        sent = self.send()
        self.assertIn("Please pay $150.00 for 2 invoices that are due", sent["subject"])
        self.pay("/pay/" + RAW.search(sent["body"])[1])
        self.assertEqual(self.find_payment().amount, 150)

    def test_the_link_asks_for_what_is_open_when_it_is_opened(self):
        invoice = self.make_invoice(amount=100, due=-3)
        url = "/pay/" + RAW.search(self.send()["body"])[1]
        payment = self.make_payment(amount=60)
        (self.receivable(invoice) + self.receivable(payment.move_id)).reconcile()
        self.pay(url)
        self.assertEqual(self.find_payment().amount, 40)

    def test_nothing_due_sends_nothing(self):
        self.make_invoice(due=5)
        with self.assertRaisesRegex(UserError, "Nothing is due from Acme"):
            self.customer.with_user(self.dispatcher).action_send_balance_link()

    def test_technicians_send_no_link(self):
        self.make_invoice()
        with self.assertRaises(AccessError):
            self.customer.with_user(self.technician).action_send_balance_link()
