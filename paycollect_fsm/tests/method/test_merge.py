# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import CollectionCommon


@tagged("post_install", "-at_install")
class TestMerge(CollectionCommon):
    """Merging two customers loses and duplicates nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.winner = cls.make_partner("Winner Inc.", mode="auto")
        cls.loser = cls.make_partner("Loser Inc.", mode="auto")

    def merge(self, *partners, winner=None):
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [p.id for p in partners or (self.winner, self.loser)],
                "dst_partner_id": (winner or self.winner).id,
                "state": "selection",
            }
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def make_primary(self, partner, **values):
        token = self.make_token(partner, **values)
        token._set_primary()
        return token

    def make_attempt(self, partner):
        job = self.make_job(partner, token=False)
        with self.mock_mail_gateway():
            job.action_complete()
        return job.invoice_lines.move_id.collection_attempt_ids

    def test_there_is_one_primary_method_the_winners_come_first(self):
        theirs_2 = self.make_primary(self.loser, payment_details="0002")
        theirs_1 = self.make_primary(self.loser, payment_details="0001")
        ours_2 = self.make_primary(self.winner, payment_details="0012")
        ours_1 = self.make_primary(self.winner, payment_details="0011")
        self.merge()
        tokens = ours_1 | ours_2 | theirs_1 | theirs_2
        self.assertEqual(tokens.mapped("collection_priority"), [1, 2, 3, 4])
        found = tokens._get_collection_tokens(self.winner, self.company)[self.winner]
        self.assertEqual(found.ids, tokens.ids)

    def test_each_company_has_its_own_order(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        provider = self.provider.copy({"company_id": other.id, "state": "test"})
        theirs = self.make_primary(self.loser)
        ours = self.make_primary(self.winner, provider_id=provider.id)
        self.assertNotEqual(theirs.company_id, ours.company_id)
        self.merge()
        self.assertEqual((theirs | ours).mapped("collection_priority"), [1, 1])

    def test_a_method_of_the_losers_contact_belongs_to_the_winner(self):
        contact = self.loser.create({"name": "Bob", "parent_id": self.loser.id})
        token = self.make_primary(contact)
        self.merge()
        self.assertEqual(token.partner_id, contact)
        self.assertEqual(token.commercial_partner_id, self.winner)

    def test_a_method_merged_into_a_contact_belongs_to_its_company(self):
        parent = self.make_partner("Parent Inc.")
        self.loser.is_company = False
        contact = parent.create({"name": "Bob", "parent_id": parent.id})
        token = self.make_primary(self.loser)
        self.merge(contact, self.loser, winner=contact)
        self.assertEqual(token.partner_id, contact)
        self.assertEqual(token.commercial_partner_id, parent)

    def test_consents_and_links_follow(self):
        token = self.make_primary(self.loser)
        consent = token.consent_ids
        url = self.env["paycollect.link"]._issue(self.loser, "method", self.company)
        raw = url.rsplit("/", 1)[1]
        Link = self.env["paycollect.link"]
        link = Link.search([("token_hash", "=", Link._hash(raw))])
        self.merge()
        self.assertEqual(consent.exists().partner_id, self.winner)
        self.assertEqual(link.exists().partner_id, self.winner)
        self.assertTrue(token._has_consent())

    def test_archived_customers_bring_their_ended_consents(self):
        token = self.make_primary(self.loser)
        token.active = False
        self.loser.active = False
        self.merge()
        self.assertEqual(token.partner_id, self.winner)
        self.assertEqual(token.consent_ids.partner_id, self.winner)
        self.assertFalse(token.active)

    def test_a_planned_charge_goes_on(self):
        self.make_primary(self.loser)
        attempt = self.make_attempt(self.loser)
        self.merge()
        self.assertEqual(attempt.partner_id, self.winner)
        attempt._send()
        self.assertEqual(attempt.state, "paid")
        self.assertTrue(attempt.move_id._is_settled())

    def test_while_both_are_charged_the_merge_is_refused(self):
        attempts = self.env["paycollect.attempt"]
        for partner in (self.winner, self.loser):
            self.make_primary(partner)
            attempts |= self.make_attempt(partner)
        for attempt in attempts:
            self.assertTrue(attempt._claim(self.now()))
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "both are being charged"):
            self.merge()
        attempts[0]._charge(self.now())
        self.merge()
        self.assertEqual(attempts.partner_id, self.winner)

    def test_a_hold_of_the_loser_survives(self):
        self.loser.collection_hold_reason = "Two checks bounced"
        self.merge()
        self.assertEqual(self.winner.collection_hold_reason, "Two checks bounced")

    def test_of_two_holds_both_reasons_stay(self):
        self.winner.collection_hold_reason = "Lawsuit"
        self.loser.collection_hold_reason = "Two checks bounced"
        self.merge()
        self.assertEqual(
            self.winner.collection_hold_reason, "Lawsuit; Two checks bounced"
        )

    def test_a_hold_in_another_company_survives(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self.loser.with_company(other).collection_hold_reason = "Lawsuit"
        self.merge()
        self.assertFalse(self.winner.collection_hold_reason)
        self.assertEqual(
            self.winner.with_company(other).collection_hold_reason, "Lawsuit"
        )

    def test_the_winners_policy_stays_and_the_other_is_noted(self):
        self.loser.collection_policy_id = self.policies["net"]
        self.merge()
        self.assertEqual(self.winner.collection_policy_id, self.policies["auto"])
        notes = " ".join(self.winner.message_ids.mapped("body"))
        self.assertIn(self.policies["net"].name, notes)

    def test_the_losers_policy_is_kept_where_the_winner_has_none(self):
        self.winner.collection_policy_id = False
        self.loser.collection_policy_id = self.policies["net"]
        self.merge()
        self.assertEqual(self.winner.collection_policy_id, self.policies["net"])

    def test_open_orders_follow_the_policy_of_the_winner(self):
        self.loser.collection_policy_id = self.policies["net"]
        order = self.make_sale(self.loser, confirm=False)
        self.assertEqual(order.collection_policy_id, self.policies["net"])
        self.merge()
        self.assertEqual(order.collection_policy_id, self.policies["auto"])

    def test_a_required_po_survives(self):
        self.loser.collection_require_po = True
        self.merge()
        self.assertTrue(self.winner.collection_require_po)

    def make_provider_customer(self, partner, reference):
        customers = self.env["paycollect.provider.customer"].sudo()
        customers._store_reference(partner, self.provider, reference)
        return customers.search([("reference", "=", reference)])

    def test_both_customers_at_the_provider_stay_known(self):
        theirs = self.make_provider_customer(self.loser, "cus_loser")
        ours = self.make_provider_customer(self.winner, "cus_winner")
        token = self.make_primary(self.loser, provider_ref="cus_loser")
        self.merge()
        both = theirs | ours
        self.assertEqual(both.exists(), both)
        self.assertEqual(both.partner_id, self.winner)
        self.assertEqual(ours._find_reference(self.winner, self.provider), "cus_winner")
        self.assertEqual(token.provider_ref, "cus_loser")

    def test_a_customer_that_still_exists_at_the_provider_is_used(self):
        self.make_provider_customer(self.loser, "cus_loser")
        ours = self.make_provider_customer(self.winner, "cus_winner")
        ours._forget(self.winner, self.provider)
        self.merge()
        self.assertEqual(ours._find_reference(self.winner, self.provider), "cus_loser")
        ours._store_reference(self.winner, self.provider, "cus_new")
        self.assertEqual(ours._find_reference(self.winner, self.provider), "cus_new")
