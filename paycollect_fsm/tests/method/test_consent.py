# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CustomerCommon


@tagged("post_install", "-at_install")
class TestConsent(CustomerCommon):
    def _get_tokens(self):
        found = self.env["payment.token"]._get_collection_tokens(
            self.customer, self.company
        )
        return found[self.customer]

    def test_a_validation_through_a_link_records_what_was_agreed(self):
        link = self.make_link()[0]
        transaction = self.make_validation(link)
        transaction._post_process()
        consent = transaction.token_id.consent_ids
        self.assertRecordValues(
            consent,
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "method_label": "Visa •••• 4242",
                    "text_shown": link._get_consent_text(),
                    "channel": "link",
                    "ip_address": "192.0.2.7",
                    "link_id": link.id,
                    "transaction_id": transaction.id,
                    "state": "active",
                }
            ],
        )
        self.assertEqual(link.state, "used")

    def test_post_processing_again_changes_nothing(self):
        calls = []
        self.patch(
            self.env.registry["res.partner"],
            "_collection_method_added",
            lambda partner, token: calls.append((partner, token)),
        )
        transaction = self.make_validation(self.make_link()[0])
        with self.collect_queued() as queued:
            transaction._post_process()
            transaction.is_post_processed = False
            transaction._post_process()
        self.assertEqual(calls, [(self.customer, transaction.token_id)])
        self.assertEqual(len(transaction.token_id.consent_ids), 1)
        self.assertEqual(len(queued["mail.mail"]), 1)

    def test_the_cron_finishes_what_the_customer_left(self):
        transaction = self.make_validation(self.make_link()[0])
        self.assertFalse(self._get_tokens())
        self.env["payment.transaction"].search(
            [("is_post_processed", "=", False)]
        )._post_process()
        self.assertEqual(self._get_tokens(), transaction.token_id)

    def test_nothing_is_agreed_until_the_validation_is_done(self):
        for state in ("pending", "cancel", "error"):
            with self.subTest(state=state):
                transaction = self.make_validation(self.make_link()[0], state=state)
                transaction._post_process()
                self.assertFalse(transaction.token_id.consent_ids)
        self.assertFalse(self._get_tokens())

    def test_a_pending_validation_is_agreed_when_it_is_done(self):
        transaction = self.make_validation(self.make_link()[0], state="pending")
        transaction._post_process()
        transaction.action_demo_set_done()
        transaction._post_process()
        self.assertEqual(self._get_tokens(), transaction.token_id)

    def test_the_copy_says_what_for_and_how_to_end_it(self):
        transaction = self.make_validation(self.make_link()[0])
        with self.collect_queued() as queued:
            transaction._post_process()
        mail = queued["mail.mail"]
        self.assertEqual(mail.state, "outgoing")
        self.assertIn(self.customer.email, mail.email_to)
        self.assertIn("Visa •••• 4242", mail.body_html)
        self.assertIn("for work I order", mail.body_html)
        self.assertIn("You can cancel this authorization at any time", mail.body_html)
        self.assertIn(self.company.phone, mail.body_html)

    def test_a_consent_cannot_be_changed_or_deleted(self):
        consent = self.make_token().consent_ids
        for vals in ({"text_shown": "Other"}, {"partner_id": 1}, {"date": False}):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                consent.write(vals)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            consent.unlink()

    def test_a_manager_ends_a_consent_and_the_method_is_not_used_again(self):
        token = self.make_token()
        self.assertEqual(self._get_tokens(), token)
        consent = token.consent_ids.with_user(self.manager)
        consent.action_revoke()
        self.assertEqual(consent.state, "ended")
        self.assertEqual(consent.revoked_by_id, self.manager)
        self.assertFalse(self._get_tokens())

    def test_the_reason_for_the_end_of_a_consent_is_not_taken_from_the_caller(self):
        consent = self.make_token().consent_ids.with_user(self.manager)
        consent.with_context(revoke_reason="He said so").action_revoke()
        self.assertIn(self.manager.name, consent.revoke_reason)

    def test_the_reason_for_the_end_of_a_consent_holds_no_card_number(self):
        consent = self.make_token().consent_ids
        consent._revoke(reason="Asked by phone, card 4242 4242 4242 4242")
        self.assertEqual(consent.revoke_reason, "Asked by phone, card •••• 4242")

    def test_a_collections_user_may_read_but_not_end_a_consent(self):
        consent = self.make_token().consent_ids.with_user(self.accountant)
        self.assertEqual(consent.state, "active")
        with self.assertRaisesRegex(AccessError, "Only Collections managers"):
            consent.action_revoke()

    def test_technicians_and_portal_users_see_no_consents(self):
        consent = self.make_token().consent_ids
        portal = self.make_user("portal", "base.group_portal")
        for user in (self.technician, portal):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                consent.with_user(user).read(["text_shown"])

    def test_a_method_has_one_consent_that_stands(self):
        token = self.make_token()
        again = self.env["paycollect.consent"]._record(token, "Again.", "staff")
        self.assertEqual(again, token.consent_ids)

    def test_ended_and_active_consents_are_searchable(self):
        active, ended = self.make_token(), self.make_token()
        ended.consent_ids._revoke("Test")
        Consent = self.env["paycollect.consent"]
        mine = [("partner_id", "=", self.customer.id)]
        found = Consent.search([("state", "=", "active"), *mine])
        self.assertEqual(found.token_id, active)
        found = Consent.search([("state", "=", "ended"), *mine])
        self.assertEqual(found.token_id, ended)
