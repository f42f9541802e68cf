# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ..deposit.common_deposit import DepositCommon
from ..refund.common_refund import RefundMixin
from .common_block import BlockCommon


class TestRefill(RefundMixin, BlockCommon):
    """The next block: charged as agreed, offered with a link, and never sold twice."""

    def set_scene(self):
        self.product = self.make_block_product(
            hour_block_refill="charge", hour_block_threshold=3
        )

    def make_refilled(self, answer="done", mode="auto", agrees=True):
        """Return a customer's paid block, with an agreement to charge the next one."""
        partner = self.make_partner(mode=mode)
        token = self.make_token(partner, answer=answer)
        block = self.sell_block(partner, self.product)
        if agrees:
            self.agree(block, token)
        return block

    def agree(self, block, token):
        refills = self.env["paycollect.hour.refill"].sudo()
        return refills._start(block, block.partner_id, token, self.now())

    def use(self, block, hours):
        """Complete a job that draws the block."""
        job = self.make_block_job(block.partner_id, [(self.labor, hours)])
        move = self.complete(job)
        self.env.invalidate_all()
        return move

    def get_blocks(self, block):
        return block.search([("partner_id", "=", block.partner_id.id)])

    def test_below_the_threshold_the_next_block_is_charged_once(self):
        block = self.make_refilled()
        consent = block._find_agreement().consent_id
        self.assertIn("less than 3 h is left of “Ten hours,”", consent.text_shown)
        self.assertIn("at most $990.00 each time", consent.text_shown)
        mails = self.env["mail.mail"]
        copy = mails.search([("subject", "like", "refilled with")], limit=1)
        self.assertIn(consent.partner_id.email, copy.email_to)
        self.assertIn("Your prepaid services are refilled auto", copy.body_html)
        self.assertNotIn("method is saved", copy.body_html)
        self.use(block, 7)
        self.assertEqual(len(self.get_blocks(block)), 1)  # 3 h are left: enough
        self.use(block, 1)
        new = self.get_blocks(block) - block
        self.assertEqual((new.state, new.hours_left), ("active", 10))
        [attempt] = new.move_id.collection_attempt_ids
        self.assertEqual((attempt.trigger, attempt.state), ("refill", "paid"))
        self.assertTrue(new.move_id.receipt_sent_at)
        self.assertEqual(block.next_move_id, new.move_id)
        self.use(block, 4)  # two from each
        self.assertEqual((block.hours_left, new.hours_left), (0, 8))
        block._cron_run(self.now())
        self.assertEqual(len(self.get_blocks(block)), 2)
        with self.assertRefused("At most .*792.00 .*198.00 of the prepaid"):
            self.ask_refund(new.move_id, 990)
        refund = self.refund(new.move_id, 99)
        self.assertEqual(refund.state, "done")
        self.env.invalidate_all()
        self.assertEqual((new.hours_left, new.amount_left), (7, 693))

    def test_a_charge_that_is_open_declined_or_unknown_sells_no_second_one(self):
        for answer, state in (
            ("pending", "settling"),
            ("error", "declined"),
        ):
            block = self.make_refilled(answer, mode="net")
            self.use(block, 8)
            new = self.get_blocks(block) - block
            self.assertEqual(new.state, "unpaid")
            attempts = new.move_id.collection_attempt_ids.sorted("id")
            self.assertEqual(attempts[0].state, state)
            self.use(block, 1)
            block._cron_run(self.now())
            self.assertEqual(len(self.get_blocks(block)), 2)
            self.assertEqual(new.state, "unpaid")
        attempts[0].sudo().write({"state": "unknown"})
        block.sold_next_at = False  # as if it hadn't been noted
        block._cron_run(self.now())
        self.assertEqual(len(self.get_blocks(block)), 2)
        agreement = block._find_agreement()
        self.assertFalse(new.move_id._get_charge_obstacles(self.now())[new.move_id])
        agreement.max_amount -= 0.01  # as if the invoice cost a cent more by now
        [obstacle] = new.move_id._get_charge_obstacles(self.now())[new.move_id]
        self.assertEqual(obstacle.code, "refill_above")
        agreement.with_user(self.accountant).action_stop()
        [obstacle] = new.move_id._get_charge_obstacles(self.now())[new.move_id]
        self.assertEqual(obstacle.code, "refill_off")

    def test_what_was_not_agreed_to_is_offered_with_a_link_and_owed_by_nobody(self):
        block = self.make_refilled(agrees=False)
        self.use(block, 8)
        self.assertEqual(self.get_blocks(block), block)
        order = block.next_order_id
        self.assertEqual((order.state, order.amount_total), ("draft", 990))
        links = self.env["paycollect.link"].search([("order_id", "=", order.id)])
        self.assertEqual(set(links.mapped("purpose")), {"order"})
        self.use(block, 1)
        block._cron_run(self.now())
        orders = order.search([("partner_id", "=", order.partner_id.id)])
        offers = orders.filtered(lambda o: o._sells_only_blocks())
        self.assertEqual(offers, order)
        payment = self.pay_online(order, 990, state="draft")
        payment._set_done()
        self.env.invalidate_all()  # the provider tells it later
        with self.with_jobs():
            payment._post_process()
        new = self.get_blocks(block) - block
        self.assertEqual((order.state, new.state), ("sale", "active"))
        dear = self.make_refilled()
        self.product.list_price = 950
        self.use(dear, 9)
        self.assertFalse(dear.next_move_id)
        self.assertEqual(dear.next_order_id.amount_total, 1045)

    pay_online = DepositCommon.pay_online

    def test_the_policy_limit_holds_for_refills(self):
        block = self.make_refilled(mode="auto")
        block.partner_id.collection_policy_id.max_auto_amount = 500
        self.use(block, 8)
        [attempt] = (self.get_blocks(block) - block).move_id.collection_attempt_ids
        self.assertEqual((attempt.state, attempt.parked_code), ("planned", "approval"))

    def test_after_a_merge_one_agreement_stays_and_all_blocks_are_there(self):
        first, second = self.make_refilled(), self.make_refilled()
        partner, other = first.partner_id, second.partner_id
        other.name = "Acme Incorporated"
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((partner | other).ids, partner)
        self.env.invalidate_all()
        self.assertEqual((first | second).partner_id, partner)
        refills = self.env["paycollect.hour.refill"].with_context(active_test=False)
        rows = refills.search([("partner_id", "=", partner.id)])
        self.assertEqual(rows.filtered("active"), first._find_agreement())
        self.assertEqual((rows - rows.filtered("active")).end_reason, "merged")
        data = self.env["paycollect.customer.data"]
        for model in ("paycollect.hour.block", "paycollect.hour.refill"):
            found = data._search_rows(model, partner, self.company)
            self.assertEqual(len(found), 2)

    def test_a_renewed_agreement_replaces_the_former_one(self):
        block = self.make_refilled()
        former = block._find_agreement()
        token = self.make_token(block.partner_id, payment_details="1111")
        self.agree(block, token)
        self.assertEqual((former.active, former.end_reason), (False, "replaced"))
        self.assertEqual(block._find_agreement().token_id, token)
        token.active = False
        today = self.company._get_today(self.now())
        method = block._find_agreement()._get_method(today)
        self.assertEqual(method, former.token_id)
