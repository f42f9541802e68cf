# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import ValidationError

from .common_block import BlockCommon


class TestBlock(BlockCommon):
    """Jobs that draw prepaid hours and money: on the invoice and in the books."""

    def set_scene(self):
        self.partner = self.make_partner(mode="net")

    def test_a_job_draws_hours_and_moves_their_income_but_no_tax(self):
        block = self.sell_block(self.partner)
        self.assertEqual((block.state, block.hours_left), ("active", 10))
        self.assertEqual(self.get_balance(self.deferred, block.move_id), -900)
        job = self.make_block_job(self.partner, [(self.labor, 3)])
        move = self.complete(job)
        self.assertEqual((move.amount_total, move.payment_state), (0, "paid"))
        self.assertEqual(self.get_taxes(move), 0)
        self.assertEqual(self.get_balance(self.deferred, move), 270)
        income = self.labor.product_tmpl_id._get_product_accounts()["income"]
        self.assertEqual(self.get_balance(income, move), -270)
        block.invalidate_recordset()
        self.assertEqual((block.hours_left, block.amount_left), (7, 693))
        self.assertEqual(job.collection_state, "paid")
        line = job._get_sale_order().order_line
        self.assertEqual((line.qty_invoiced, line.invoice_status), (3, "invoiced"))
        left = f"Left of “Ten hours” ({block.move_id.name}): 7 h."
        self.assertEqual(move._get_receipt_notes(), [left])

    def test_who_prepaid_gets_a_receipt_that_says_so_and_asks_for_nothing(self):
        block = self.sell_block(self.partner)
        move = self.complete(self.make_block_job(self.partner, [(self.labor, 3)]))
        [mail] = self.mails_to(move)
        receipt = f"Receipt for {move.name} from {self.company.name}"
        self.assertEqual(mail.subject, receipt)
        used = f"Prepaid: 3 h from Ten hours ({block.move_id.name})"
        for words in ("Paid in full", "Labor", used, "Left of “Ten hours”"):
            self.assertIn(words, mail.body_html)
        for words in ("/pay/", "Pay now", "due on", "Add a payment method"):
            self.assertNotIn(words, mail.body_html)
        self.assertTrue(move.receipt_sent_at)
        template, _url = move.sudo()._get_text("paid")
        [text] = template._render_field("body", move.ids).values()
        self.assertIn(f"{move.name} was paid from your prepaid services.", text)
        move.button_draft()
        move.action_post()
        self.assertEqual(len(move.collection_message_ids), 1, "only once")
        free = self.make_product("Goodwill", 0, uom_id=self.hour.id)
        move = self.complete(self.make_block_job(self.partner, [(free, 1)]))
        self.assertEqual((move.amount_total, len(self.mails_to(move))), (0, 0))

    def test_the_last_hours_take_every_cent_and_the_policy_gets_the_rest(self):
        """1,000.01 in ten hours: shares are rounded, and nothing is left over."""
        product = self.make_block_product(price=909.1, hour_block_hours=9)
        block = self.sell_block(self.partner, product)
        moves = self.env["account.move"]
        for hours in (1, 2.25, 1.75, 1.33):
            job = self.make_block_job(self.partner, [(self.labor, hours)])
            moves |= self.complete(job)
        self.assertEqual(moves.mapped("amount_total"), [0, 0, 0, 0])
        self.assertAlmostEqual(block.hours_left, 2.67)
        job = self.make_block_job(self.partner, [(self.labor, 4), (self.cable, 2)])
        last = self.complete(job)
        # 1.33 h at 120 + tax, and two cables
        self.assertAlmostEqual(last.amount_total, 1.33 * 132 + 20, 2)
        self.assertEqual((block.state, block.amount_left), ("used", 0))
        both = moves | last | block.move_id
        self.assertAlmostEqual(self.get_balance(self.deferred, both), 0)
        self.assertEqual(last.collection_policy_id, self.policies["net"])

    def test_a_block_is_used_once_it_is_paid_and_until_it_expires(self):
        product = self.make_block_product(hour_block_days=30)
        yesterday = self.company._get_today() - timedelta(days=1)
        sold = {"invoice_date": yesterday}
        unpaid = self.sell_block(self.partner, product, paid=False, **sold)
        self.assertEqual(unpaid.state, "unpaid")
        move = self.complete(self.make_block_job(self.partner, [(self.labor, 1)]))
        self.assertEqual(move.amount_total, 132)
        self.pay(unpaid.move_id)
        unpaid.invalidate_recordset()
        self.assertEqual(unpaid.state, "active")
        later = self.sell_block(self.partner, **sold)  # has no end: used last
        self.complete(self.make_block_job(self.partner, [(self.labor, 11)]))
        self.assertEqual((unpaid.hours_left, later.hours_left), (0, 9))
        self.assertEqual(later.expires_on, False)
        unpaid.write({"expires_on": yesterday})
        self.assertEqual(unpaid.state, "used")
        with self.assertRefused("“Valid Until” is Jan 1, 2020, but Ten hours was sold"):
            later.expires_on = date(2020, 1, 1)
        later.write({"expires_on": yesterday})
        self.assertEqual((later.state, later.breakage), ("expired", 891))
        move = self.complete(self.make_block_job(self.partner, [(self.labor, 1)]))
        self.assertEqual(move.amount_total, 132)

    def test_what_is_drawn_comes_back_when_the_invoice_is_canceled_or_credited(self):
        block = self.sell_block(self.partner)
        job = self.make_block_job(self.partner, [(self.labor, 4)])
        move = self.complete(job)
        self.assertEqual(block.hours_left, 6)
        move.button_draft()
        self.assertEqual(block.hours_left, 6)  # a draft reserves
        move.button_cancel()
        block.invalidate_recordset()
        self.assertEqual((block.hours_left, block.amount_left), (10, 990))
        move.button_draft()
        move.action_post()
        block.invalidate_recordset()
        self.assertEqual(block.hours_left, 6)
        note = move._reverse_moves()
        note.action_post()
        block.invalidate_recordset()
        self.assertEqual((block.hours_left, block.amount_left), (10, 990))
        self.assertEqual(self.get_balance(self.deferred, move | note), 0)
        self.assertEqual(block.use_ids.mapped("hours"), [-4, 4])

    def test_a_reopened_job_with_fewer_hours_gives_them_back(self):
        block = self.sell_block(self.partner)
        job = self.make_block_job(self.partner, [(self.labor, 4)])
        self.complete(job)
        self.reopen(job)
        job.sale_line_id.product_uom_qty = 3
        move = self.complete(job)
        self.assertEqual((move.move_type, move.amount_total), ("out_refund", 0))
        block.invalidate_recordset()
        self.assertEqual((block.hours_left, block.amount_left), (7, 693))

    def test_money_pays_services_and_material_only_if_it_says_so(self):
        values = {"hour_block_kind": "money", "hour_block_hours": 0}
        product = self.make_block_product(price=200, **values)
        block = self.sell_block(self.partner, product)
        lines = [(self.repair, 1), (self.cable, 3)]
        move = self.complete(self.make_block_job(self.partner, lines))
        self.assertEqual(move.amount_total, 30)  # 100 of 220 is used
        self.assertEqual(block.amount_left, 120)
        all_product = self.make_block_product(hour_block_pays_all=True)
        hours = self.sell_block(self.make_partner("All Inc.", "net"), all_product)
        job = self.make_block_job(
            hours.partner_id, [(self.cable, 9.9), (self.labor, 1)]
        )
        self.assertEqual(self.complete(job).amount_total, 0)
        self.assertAlmostEqual(hours.hours_left, 8)  # 99 is one hour

    def test_taxes_included_in_the_price_and_rounded_globally(self):
        tax = self.tax.copy({"price_include_override": "tax_included", "amount": 21})
        included = {"taxes_id": [Command.set(tax.ids)]}
        self.company.tax_calculation_rounding_method = "round_globally"
        product = self.make_block_product(price=1000, **included)
        labor = self.make_product("Labor", 99.99, uom_id=self.hour.id, **included)
        block = self.sell_block(self.partner, product)
        self.assertEqual(block.amount, 1000)
        moves = block.move_id
        for hours in (0.1, 3.33, 6.57):
            job = self.make_block_job(self.partner, [(labor, hours), (labor, 0)])
            moves |= self.complete(job)
        self.assertEqual(set((moves - block.move_id).mapped("amount_total")), {0})
        self.assertEqual(set((moves - block.move_id).mapped("amount_tax")), {0})
        self.assertEqual((block.state, block.amount_left), ("used", 0))
        self.assertAlmostEqual(self.get_balance(self.deferred, moves), 0)

    def test_a_deposit_is_used_before_the_block(self):
        block = self.sell_block(self.partner)
        job = self.make_block_job(self.partner, [(self.labor, 2)])
        self.pay(self.make_deposit(job._get_sale_order(), amount=132))
        move = self.complete(job)
        self.assertEqual(move.amount_total, 0)
        self.assertEqual((block.hours_left, move.move_type), (9, "out_invoice"))

    def test_a_discount_lowers_the_price_of_the_hours_not_their_number(self):
        block = self.sell_block(self.partner)
        job = self.make_block_job(self.partner, [(self.labor, 3)])
        self.make_discount(job._get_sale_order(), percent=10)
        dialog = self.env["paycollect.complete"].create({"order_id": job.id})
        self.assertEqual(dialog.amount_total, 0)
        self.assertIn("7 h will be left", dialog.line_ids[-1].name)
        move = self.complete(job)
        block.invalidate_recordset()
        self.assertEqual((move.amount_total, block.hours_left), (0, 7))
        self.assertEqual((block.amount_left, self.get_taxes(move)), (693, 0))

    def test_in_another_currency_a_block_pays_work_in_its_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        euro.rate_ids = [Command.create({"name": "2020-01-01", "rate": 0.8})]
        block = self.sell_block(self.partner, currency_id=euro.id)
        self.complete(self.make_block_job(self.partner, [(self.labor, 1)]))
        self.assertEqual(block.hours_left, 10)  # billed in dollars
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id}
        )
        values = {"pricelist_id": pricelist.id}
        job = self.make_block_job(self.partner, [(self.labor, 10)], **values)
        move = self.complete(job)
        self.assertEqual((move.currency_id, move.amount_total), (euro, 0))
        self.assertEqual((block.state, block.amount_left), ("used", 0))
        self.assertFalse(sum(move._get_term_lines().mapped("balance")))
        both = move | block.move_id
        self.assertAlmostEqual(self.get_balance(self.deferred, both), 0, 2)

    def test_two_companies_keep_their_blocks_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        block = self.sell_block(self.partner)
        found = block._find_usable(self.partner, other, block.currency_id, date.today())
        self.assertFalse(found)
        clerk = self.make_user("other_clerk", "account.group_account_invoice")
        clerk.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        visible = self.env["paycollect.hour.block"].with_user(clerk).search([])
        self.assertNotIn(block, visible)

    def test_the_technician_sees_what_is_drawn_before_completing(self):
        self.sell_block(self.partner)
        job = self.make_block_job(self.partner, [(self.labor, 4), (self.cable, 1)])
        dialog = self.env["paycollect.complete"].create({"order_id": job.id})
        self.assertEqual(dialog.amount_total, 10)
        line = dialog.line_ids[-1]
        self.assertEqual(line.name, "Paid from Ten hours: 6 h will be left")
        self.assertEqual(line.price_total, -528)
        job = self.make_block_job(self.partner, [(self.labor, 4)])
        dialog = self.env["paycollect.complete"].create({"order_id": job.id})
        self.assertEqual(
            dialog.how, "Paid from the customer's prepaid services: nothing to collect."
        )

    def test_work_that_a_block_covers_needs_no_method(self):
        partner = self.make_partner(mode="auto")
        self.sell_block(partner)
        first = self.make_block_job(partner, [(self.labor, 6)])
        second = self.make_block_job(partner, [(self.labor, 6)])
        self.assertEqual(first.collection_readiness, "not_needed")
        self.assertEqual(
            first.collection_readiness_reason,
            "This work is paid from the customer's prepaid services.",
        )
        self.assertEqual(second.collection_readiness, "method_missing")
        orders = (first | second).sale_id
        found = orders.search(
            [("id", "in", orders.ids), ("collection_readiness", "=", "not_needed")]
        )
        self.assertEqual(found, first.sale_id)
        prepaid = self.make_partner("Pia", mode="prepaid")
        self.sell_block(prepaid)
        order = self.make_sale(prepaid, [(self.labor, 1)], confirm=False)
        self.assertEqual(order.collection_readiness, "prepaid")
        alone = self.make_plain_job(partner)
        self.assertEqual(alone.collection_readiness, "not_needed")

    def test_an_order_of_blocks_says_how_it_is_paid_and_sales_opens_its_invoice(self):
        seller = self.get_user("a_salesperson")
        partner = self.make_partner(mode="cod")
        order = self.make_sale(partner, [(self.block_product, 1)])
        self.assertIn("once they are paid", order.collection_readiness_reason)
        order.collection_deposit_percent = 100
        self.assertIn(
            "$990.00 must be paid before these prepaid services can be used.",
            order.collection_readiness_reason,
        )
        order.collection_deposit_percent = 0
        move = order._create_invoices()
        move.invalidate_recordset()
        count = move.with_user(seller).payment_count
        self.assertEqual(count, 0, "which only accounting may read")

    def test_of_a_block_only_what_is_left_is_refunded(self):
        block = self.sell_block(self.partner)
        self.complete(self.make_block_job(self.partner, [(self.labor, 8)]))
        self.assertEqual(block.move_id._get_refund_limit(), 198)
        note = block.move_id._reverse_moves()
        with self.assertRefused("at most .*198.00 can be refunded"):
            note.action_post()
        note.invoice_line_ids.quantity = 0.2
        note.action_post()
        block.invalidate_recordset()
        self.assertEqual((block.hours_left, block.state), (0, "used"))
        with self.assertRefused("is used already"):
            block.move_id.button_draft()
        other = self.sell_block(self.partner)
        other.move_id._reverse_moves().action_post()
        other.invalidate_recordset()
        self.assertEqual((other.hours_left, other.state), (0, "ended"))
        self.assertIn(other.move_id._get_refund_limit(), (0, 990))

    def test_what_expires_becomes_income_after_a_warning(self):
        product = self.make_block_product(hour_block_days=30)
        block = self.sell_block(self.partner, product)
        self.complete(self.make_block_job(self.partner, [(self.labor, 4)]))
        end = block.expires_on
        with self.collect_mails() as mails:
            self.run_on(block, end - timedelta(days=20))
            self.assertFalse(mails())
            self.run_on(block, end - timedelta(days=14))
            self.run_on(block, end)
        self.assertEqual(len(mails()), 1)
        self.assertIn("6 h", mails().body_html)
        self.run_on(block, end + timedelta(days=1))
        entry = block.breakage_move_id
        self.assertEqual(entry.date, end + timedelta(days=1))
        self.assertEqual(self.get_balance(self.deferred, entry), 540)
        self.run_on(block, end + timedelta(days=2))
        self.assertEqual(block.breakage_move_id, entry)
        # a job of a day on which the block was valid is completed late
        self.complete(self.make_block_job(self.partner, [(self.labor, 2)]))
        self.run_on(block, end + timedelta(days=3))
        rest = block.breakage_move_id
        self.assertEqual(self.get_balance(self.deferred, rest), 360)
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.deferred.id)]
        )
        self.assertEqual(sum(lines.mapped("balance")), 0)
        block.with_user(self.manager).expires_on = end + timedelta(days=400)
        self.assertFalse(block.breakage_move_id)
        both = rest | rest.reversal_move_ids
        self.assertEqual(self.get_balance(self.deferred, both), 0)

    def test_what_was_sold_before_a_product_became_a_block_is_none(self):
        product = self.make_block_product(hour_block_kind=False)
        self.sell_block(self.partner, product)
        line = self.env["account.move.line"].search([("product_id", "=", product.id)])
        self.env.cr.execute(
            "UPDATE account_move_line SET create_date = create_date - INTERVAL '1 day'"
            " WHERE id = %s",
            line.ids,
        )
        line.invalidate_recordset()
        product.hour_block_kind = "hours"
        self.company.collection_active = False
        since = self.sell_block(self.partner, product)
        self.assertFalse(since)
        self.company.collection_active = True
        blocks = self.env["paycollect.hour.block"].search(
            [("product_id", "=", product.id)]
        )
        self.assertEqual(len(blocks), 1)
        self.assertNotEqual(blocks.line_id, line)

    def run_on(self, block, day):
        block._run(self.company._get_moment(day) + timedelta(hours=9))
        block.invalidate_recordset()

    def collect_mails(self):
        last = self.env["mail.mail"].search([], order="id desc", limit=1).id or 0
        mails = self.env["mail.mail"]

        class Mails:
            def __enter__(self):
                return lambda: mails.search([("id", ">", last)])

            def __exit__(self, *_args):
                return False

        return Mails()

    def test_income_at_once_leaves_it_at_the_sale(self):
        product = self.make_block_product(hour_block_income="sold")
        block = self.sell_block(self.partner, product)
        income = block.line_id.account_id
        self.assertEqual(income.internal_group, "income")
        move = self.complete(self.make_block_job(self.partner, [(self.labor, 3)]))
        self.assertEqual(self.get_balance(income, move), 0)
        self.company.collection_block_account_id = False
        with self.assertRefused("Prepaid Services Account"):
            self.sell_block(self.partner)

    def test_a_product_that_makes_no_sense_is_refused(self):
        for values, words in (
            ({"hour_block_hours": 0}, "Hours in a Block"),
            ({"hour_block_threshold": 10}, "below the 10 hours"),
            ({"hour_block_days": -1}, "can't be negative"),
            ({"hour_block_days": 9999999}, r"Days.” must be a number .* 0 and 36,500"),
            ({"invoice_policy": "delivery"}, "Prepaid/Fixed Price"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.make_block_product(**values)
