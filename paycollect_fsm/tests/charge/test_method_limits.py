# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestMethodLimits(CollectionCommon):
    """Limits that Odoo applies to manual payments apply to automatic charges too."""

    def set_scene(self):
        super().set_scene()
        self.euro = self.env.ref("base.EUR")
        self.euro.active = True
        self.limits = {
            "maximum": lambda: self.provider.write({"maximum_amount": 50}),
            "currency of the provider": lambda: self.provider.write(
                {"available_currency_ids": [Command.set(self.euro.ids)]}
            ),
            "country of the provider": lambda: self.provider.write(
                {"available_country_ids": [Command.set(self.env.ref("base.fr").ids)]}
            ),
            "currency of the method": lambda: self.method.write(
                {"supported_currency_ids": [Command.set(self.euro.ids)]}
            ),
            "country of the method": lambda: self.method.write(
                {"supported_country_ids": [Command.set(self.env.ref("base.fr").ids)]}
            ),
        }
        self.words = {
            "maximum": "at most",
            "currency of the provider": "does not accept USD",
            "currency of the method": "does not accept USD",
            "country of the provider": "customers in US",
            "country of the method": "customers in US",
        }

    def make_partner_here(self):
        return self.make_partner(country_id=self.env.ref("base.us").id)

    def assertEach(self, check):
        for name, limit in self.limits.items():
            with self.subTest(limit=name), self.env.cr.savepoint() as savepoint:
                check(limit, self.words[name])
                self.env.flush_all()
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_what_the_method_cannot_take_is_not_planned(self):
        def check(limit, words):
            limit()
            with trap_jobs():
                job = self.make_job(self.make_partner_here())
                job.action_complete()
            move = job.invoice_lines.move_id
            self.assertFalse(move.collection_attempt_ids)
            self.assertIn(words, move.collection_decision)

        self.assertEach(check)

    def test_what_it_cannot_take_any_more_is_not_sent(self):
        def check(limit, words):
            with trap_jobs():
                job = self.make_job(self.make_partner_here())
                job.action_complete()
                limit()
                attempt = job.invoice_lines.move_id.collection_attempt_ids
                attempt._send()
            self.assertEqual(attempt.state, "canceled")
            self.assertIn(words, attempt.reason)

        self.assertEach(check)

    def test_it_is_not_ready_at_booking(self):
        def check(limit, words):
            limit()
            partner = self.make_partner_here()
            self.make_token(partner)
            order = self.make_sale(partner, confirm=False)
            self.assertEqual(order.collection_readiness, "method_missing")
            self.assertIn(words, order.collection_readiness_reason)

        self.assertEach(check)

    def test_up_to_the_maximum_it_is_charged(self):
        self.provider.maximum_amount = 100
        with self.with_jobs():
            job = self.make_job(self.make_partner_here())
            job.action_complete()
        self.assertEqual(job.invoice_lines.move_id.collection_attempt_ids.state, "paid")

    def test_a_method_that_can_take_it_comes_first(self):
        partner = self.make_partner_here()
        limited = self.env["payment.method"].create(
            {
                "name": "Euro card",
                "code": "euro_card",
                "provider_ids": [Command.set(self.provider.ids)],
                "supported_currency_ids": [Command.set(self.euro.ids)],
                "active": True,
            }
        )
        primary = self.make_token(partner, payment_method_id=limited.id)
        primary._set_primary()
        backup = self.make_token(partner)
        order = self.make_sale(partner, confirm=False)
        self.assertEqual(order.collection_readiness, "ready")
        self.assertEqual(order.collection_token_id, backup)
        with trap_jobs():
            job = self.make_job(partner, token=None)
            job.action_complete()
        attempt = job.invoice_lines.move_id.collection_attempt_ids
        self.assertEqual(attempt.token_id, backup)

    def test_a_us_bank_account_is_not_ready_for_euros(self):
        ach = self.env.ref("payment.payment_method_ach_direct_debit")
        ach.provider_ids |= self.provider
        ach.active = True
        partner = self.make_partner_here()
        account = self.make_token(partner, payment_method_id=ach.id)
        limit = account._get_limit(partner, self.euro, 10, self.company)
        self.assertEqual(limit.code, "currency_not_taken")
        dollar = self.env.ref("base.USD")
        self.assertFalse(account._get_limit(partner, dollar, 10, self.company))
