# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools.translate import code_translations

from ..common import BookingCommon


@tagged("post_install", "-at_install")
class TestPolicy(BookingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Policy = cls.env["paycollect.policy"]
        cls.contact = cls.env["res.partner"].create(
            {"name": "Brandon Freeman", "parent_id": cls.customer.id}
        )

    def _resolve(self, amount=1000.0, partner=None, **known):
        return self.Policy._resolve(partner or self.contact, amount=amount, **known)

    def _pay_an_invoice(self, partner):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-01-02",
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 10, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        return invoice

    def test_a_customer_tagged_net_is_invoiced_on_30_days(self):
        self.customer.category_id = self.tag_net
        policy, reason = self._resolve()
        self.assertEqual(policy, self.policies["net"])
        self.assertEqual(reason, "Policy “NET 30” applies: the customer is tagged NET.")
        self.assertEqual(
            policy.payment_term_id,
            self.env.ref("account.account_payment_term_30days"),
        )

    def test_a_tag_of_the_contact_counts_as_well(self):
        self.contact.category_id = self.tag_net
        self.assertEqual(self._resolve()[0], self.policies["net"])
        self.assertEqual(self._resolve(partner=self.customer)[0], self.policies["auto"])

    def test_a_customer_who_requires_a_po_is_net_and_the_reason_says_so(self):
        self.customer.collection_require_po = True
        policy, reason = self._resolve()
        self.assertEqual(policy, self.policies["net"])
        self.assertIn("requires a PO number", reason)
        self.assertNotIn("tagged", reason)

    def test_a_small_job_of_a_new_customer_is_prepaid(self):
        self.assertEqual(self._resolve(amount=250.0)[0], self.policies["prepaid"])
        self.assertEqual(self._resolve(amount=250.01)[0], self.policies["auto"])

    def test_a_small_job_of_a_known_customer_is_not_prepaid(self):
        self._pay_an_invoice(self.contact)
        self.assertEqual(self._resolve(amount=100.0)[0], self.policies["auto"])

    def test_an_unpaid_invoice_does_not_create_a_known_customer(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 10, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        self.assertEqual(self._resolve(amount=100.0)[0], self.policies["prepaid"])

    def test_a_customer_tagged_cod_pays_on_site(self):
        self.customer.category_id = self.tag_cod
        self.assertEqual(self._resolve(amount=100.0)[0], self.policies["cod"])

    def test_everyone_else_is_charged_on_completion(self):
        policy, reason = self._resolve()
        self.assertEqual(policy, self.policies["auto"])
        self.assertIn("no earlier policy matched", reason)

    def test_an_unknown_amount_matches_no_rule_with_a_limit(self):
        self.assertEqual(self._resolve(amount=None)[0], self.policies["auto"])
        self.assertEqual(self._resolve(amount=0.0)[0], self.policies["prepaid"])

    def test_a_choice_on_the_customer_wins_for_all_its_contacts(self):
        self.customer.category_id = self.tag_net
        self.customer.collection_policy_id = self.policies["cod"]
        policy, reason = self._resolve()
        self.assertEqual(policy, self.policies["cod"])
        self.assertEqual(
            reason,
            "Policy “Collect on site” applies: it is set on the customer.",
        )

    def test_an_archived_choice_is_ignored(self):
        self.customer.collection_policy_id = self.policies["cod"]
        self.policies["cod"].active = False
        self.assertEqual(self._resolve()[0], self.policies["auto"])

    def test_the_order_of_the_list_decides(self):
        self.customer.category_id = self.tag_net | self.tag_cod
        self.assertEqual(self._resolve()[0], self.policies["net"])
        self.policies["net"].sequence = 99
        self.assertEqual(self._resolve()[0], self.policies["cod"])

    def test_a_policy_can_be_for_one_type_of_job(self):
        repair, visit = self.env["fsm.order.type"].create(
            [{"name": "Repair"}, {"name": "Inspection"}]
        )
        policy = self.Policy.create(
            {"name": "Repairs", "sequence": 1, "order_type_ids": repair.ids}
        )
        self.assertEqual(self._resolve(order_type=repair)[0], policy)
        self.assertEqual(self._resolve(order_type=visit)[0], self.policies["auto"])
        self.assertEqual(self._resolve()[0], self.policies["auto"])

    def test_an_amount_in_another_currency_is_converted(self):
        currency = self.env["res.currency"].create(
            {
                "name": "QQQ",
                "symbol": "Q",
                "rate_ids": [Command.create({"name": "2020-01-01", "rate": 10.0})],
            }
        )
        limits = {"currency": currency}
        self.assertEqual(
            self._resolve(amount=2500.0, **limits)[0], self.policies["prepaid"]
        )
        self.assertEqual(
            self._resolve(amount=2510.0, **limits)[0], self.policies["auto"]
        )

    def test_another_company_has_its_own_policies_and_choices(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.Policy.create(
            {"name": "Theirs", "sequence": 1, "company_id": company.id}
        )
        self.customer.collection_policy_id = self.policies["cod"]
        self.assertEqual(self._resolve()[0], self.policies["cod"])
        self.assertEqual(self._resolve(company=company)[0], theirs)

    def test_a_negative_filter_looks_at_contact_and_company_together(self):
        self.Policy.create(
            {
                "name": "Untagged",
                "sequence": 1,
                "partner_domain": str([("category_id", "not in", self.tag_cod.ids)]),
            }
        )
        self.assertEqual(self._resolve()[0].name, "Untagged")
        self.customer.category_id = self.tag_cod
        self.assertEqual(self._resolve()[0], self.policies["cod"])

    def test_many_customers_take_as_many_queries_as_one(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(20)]
        )
        self.env.flush_all()

        def count(batch):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.Policy._resolve_batch([{"partner": p, "amount": 10} for p in batch])
            return self.env.cr.sql_log_count - before

        count(partners[:1])
        self.assertEqual(count(partners[:1]), count(partners))

    def test_the_last_policy_for_all_cannot_be_archived(self):
        with self.assertStops(ValidationError, "without criteria"):
            self.policies["auto"].active = False

    def test_the_last_policy_for_all_cannot_be_deleted(self):
        with self.assertStops(ValidationError, "without criteria"):
            self.policies["auto"].unlink()

    def test_the_last_policy_for_all_cannot_be_narrowed(self):
        for vals in (
            {"amount_min": 5},
            {"new_customer_only": True},
            {"partner_category_ids": self.tag_cod.ids},
            {"partner_domain": "[('name', '=', 'A')]"},
            {"company_id": self.env["res.company"].create({"name": "B"}).id},
        ):
            with self.subTest(**vals), self.assertRaises(ValidationError):
                self.policies["auto"].write(vals)

    def test_with_another_policy_for_all_the_first_can_go(self):
        self.Policy.create({"name": "Everyone"})
        self.policies["auto"].active = False
        self.assertEqual(self._resolve()[0].name, "Everyone")

    def test_wrong_values_are_refused_with_the_remedy(self):
        for vals, words in (
            ({"deposit_percent": 101}, "between 0% and 100%"),
            ({"deposit_percent": -1}, "between 0% and 100%"),
            ({"amount_min": 10, "amount_max": 5}, "Lower the minimum or raise"),
            ({"amount_min": -1}, "“Minimum Amount”.*negative"),
            ({"max_auto_amount": -1}, "Automatic Charge Limit"),
            ({"partner_domain": "[('nothing', '=', 1)]"}, "filter"),
            ({"partner_domain": "import os"}, "filter"),
            ({"partner_domain": "['|', 5]"}, "filter"),
        ):
            with (
                self.subTest(**vals),
                self.assertStops(ValidationError, words),
            ):
                self.Policy.create({"name": "Wrong", **vals})

    def test_the_form_says_in_words_what_the_rule_does(self):
        form = Form(self.policies["net"])
        self.assertEqual(
            form.rule_text,
            "Customers who are tagged NET or require a PO number are invoiced with "
            "30-day terms. A PO number is required.",
        )
        form.require_po = False
        form.amount_min = 100
        self.assertEqual(
            form.rule_text,
            "Customers who are tagged NET or require a PO number are invoiced for "
            "orders of $100.00 or more with 30-day terms.",
        )

    def test_the_summary_is_a_whole_sentence_for_the_usual_policies(self):
        repair, visit = self.env["fsm.order.type"].create(
            [{"name": "Repair"}, {"name": "Inspection"}]
        )
        tags = (self.tag_net | self.tag_cod).ids
        for vals, text in (
            (
                {"collection_mode": "prepaid", "new_customer_only": True}
                | {"amount_max": 250},
                "New customers prepay orders up to $250.00.",
            ),
            ({"collection_mode": "prepaid"}, "All customers prepay."),
            (
                {"collection_mode": "cod", "partner_category_ids": tags},
                "Customers tagged NET or COD pay on site.",
            ),
            (
                {"collection_mode": "cod", "new_customer_only": True}
                | {"partner_category_ids": self.tag_net.ids},
                "New customers tagged NET pay on site.",
            ),
            (
                {"collection_mode": "net"},
                "All customers are invoiced with their own payment terms.",
            ),
            (
                {"amount_min": 100, "amount_max": 250},
                "All customers are charged on completion for orders from "
                "$100.00 to $250.00, to their payment method on file.",
            ),
            (
                {"collection_mode": "cod", "order_type_ids": (repair | visit).ids},
                "All customers pay on site. Applies to these job types only: Repair, "
                "Inspection.",
            ),
        ):
            no_limits = {"approval_extras_amount": 0, "approval_discount_percent": 0}
            policy = self.Policy.create({"name": "P", **no_limits, **vals})
            with self.subTest(text):
                self.assertEqual(policy.rule_text, text)

    def test_a_usual_filter_is_named_and_any_other_is_shown_by_the_form(self):
        country = self.env.ref("base.be")
        tag = ("category_id", "in", self.tag_net.ids)
        po = ("collection_require_po", "=", True)
        other = "Customers who match the filter"
        for domain, words in (
            ([tag], "Customers tagged NET"),
            ([po], "Customers who require a PO number"),
            ([("collection_require_po", "=", False)], other),
            ([("category_id", "not in", self.tag_net.ids)], other),
            ([("category_id", "ilike", "net")], other),
            ([("country_id", "=", country.id)], other),
            (["|", tag, ("country_id", "=", country.id)], other),
            (["&", tag, po], other),
            (["!", tag], other),
        ):
            with self.subTest(domain=domain):
                self.policies["net"].partner_domain = str(domain)
                self.assertEqual(self.policies["net"]._get_customers_text(), words)
        self.policies["net"].new_customer_only = True
        self.assertIn("the other criteria", self.policies["net"].rule_text)

    def test_the_tester_shows_policy_reason_and_every_trial(self):
        test = self.env["paycollect.policy.test"].create(
            {"partner_id": self.contact.id, "amount": 1000.0}
        )
        self.assertEqual(test.policy_id, self.policies["auto"])
        self.assertIn("no earlier policy matched", test.reason)
        for words in (
            "Does not match “Customers who are tagged NET or require a PO number”.",
            "The customer is not tagged COD.",
            "The policy is for orders up to $250.00.",
            "Applies.",
        ):
            self.assertIn(words, test.trial_html)

    def test_the_tester_says_what_was_not_tried(self):
        self.customer.category_id = self.tag_net
        with Form(self.env["paycollect.policy.test"]) as form:
            form.partner_id = self.customer
            self.assertEqual(form.policy_id, self.policies["net"])
            self.assertIn("Not checked.", form.trial_html)

    def test_the_tester_escapes_what_people_typed(self):
        self.policies["net"].name = "<script>alert(1)</script>"
        test = self.env["paycollect.policy.test"].create(
            {"partner_id": self.contact.id}
        )
        self.assertNotIn("<script>", test.trial_html)

    def test_only_managers_change_policies_and_everybody_inside_reads_them(self):
        clerk = self.accountant
        boss = self.manager
        technician = self.make_user("tech", "fieldservice.group_fsm_user_own")
        self.assertTrue(self.policies["net"].with_user(technician).name)
        with self.assertRaises(AccessError):
            self.policies["net"].with_user(clerk).sequence = 5
        ours = self.Policy.create({"name": "Ours", "company_id": self.company.id})
        ours.with_user(boss).sequence = 5

    def test_policies_of_another_company_are_hidden(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        theirs = self.Policy.create({"name": "Theirs", "company_id": company.id})
        clerk = self.accountant
        visible = self.Policy.with_user(clerk).search([])
        self.assertNotIn(theirs, visible)
        self.assertIn(self.policies["net"], visible)

    def test_quotations_follow_when_the_rules_change(self):
        order = self.make_order()
        self.assertEqual(order.collection_policy_id, self.policies["auto"])
        self.policies["cod"].partner_category_ids = False
        self.assertEqual(order.collection_policy_id, self.policies["cod"])

    def test_the_reason_is_read_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("es_ES")
        order = self.make_order()
        self.assertIn("applies", order.collection_policy_reason)
        sentence = {"Policy “%(policy)s” applies: %(why)s.": "Se aplica %(policy)s."}
        spanish = {("paycollect_fsm", "es_ES"): sentence}
        with patch.dict(code_translations.python_translations, spanish):
            text = order.with_context(lang="es_ES").collection_policy_reason
        self.assertEqual(text, f"Se aplica {order.collection_policy_id.name}.")
