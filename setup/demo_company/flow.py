# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The events at Brightline, in order: booked, completed, charged, paid.

Steps are scheduled on an agenda and run in chronological order.
"""

import heapq
from datetime import timedelta
from unittest.mock import patch

from odoo import Command

from .clock import local
from .customers import store_method

CHARGE_AFTER = 4
MESSAGE_AFTER = 11


class Flow:
    def __init__(self, env, clock, outbox, workers, products, book, today):
        self.env = env
        self.today = today
        self.clock = clock
        self.outbox = outbox
        self.workers = workers
        self.products = products
        self.book = book
        self.dispatcher = env["res.users"].search([("login", "=", "dispatcher")])
        self.bank = env["account.journal"].search([("type", "=", "bank")], limit=1)
        self.cash = env["account.journal"].create(
            {"name": "Cash", "type": "cash", "code": "CSH1"}
        )
        self.end = local(today, 0)
        self.jobs = {}  # jobs that agenda.py refers to later, by label
        self._steps = []
        self._number = 0
        self._po = 4100

    # -- agenda --------------------------------------------------------------

    def at(self, day, hour, minute, step, *args, **kwargs):
        """Schedule a step at a local time."""
        self.at_moment(local(day, hour, minute), step, *args, **kwargs)

    def at_moment(self, moment, step, *args, **kwargs):
        """Schedule a step at a naive UTC time."""
        self._number += 1
        heapq.heappush(self._steps, (moment, self._number, step, args, kwargs))

    def after(self, days, hour, step, *args, **kwargs):
        """Schedule a step some days after the current one."""
        day = (self.clock.now + timedelta(days=days)).date()
        self.at(day, hour, 0, step, *args, **kwargs)

    def run(self):
        while self._steps:
            moment, _number, step, args, kwargs = heapq.heappop(self._steps)
            if moment >= self.end:
                continue
            self.clock.move_to(moment)
            step(*args, **kwargs)
            self.deliver()

    # -- steps ---------------------------------------------------------------

    def book_order(self, key, lines, visit, site="", confirm=True, **values):
        """Enter an order; return its jobs, in the order of the lines.

        :param lines: pairs of product key and quantity
        :param visit: naive UTC time of the visit
        """
        customer = self.book[key]
        if customer.profile.tag == "net" and "client_order_ref" not in values:
            self._po += 3
            values["client_order_ref"] = f"PO-{self._po}"
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.partner.id,
                "fsm_location_id": customer.sites[site].id,
                "user_id": self.dispatcher.id,
                "commitment_date": visit,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "product_uom_qty": quantity,
                        }
                    )
                    for product, quantity in lines
                ],
                **values,
            }
        )
        if not confirm:
            order.state = "sent"
            return order
        if order.collection_mode == "prepaid":
            order.state = "sent"  # it is confirmed once the customer has paid it
        else:
            order.action_confirm()
        jobs = order.fsm_order_ids.sorted("id")
        for job in jobs:
            job.type = job.template_id.type_id
        return jobs

    def assign(self, job, worker):
        job.person_id = self.workers[worker]

    def add_extras(self, job, extras):
        """:param extras: tuples of product key, quantity and discount"""
        job.write(
            {
                "collection_line_ids": [
                    Command.create(
                        {
                            "product_id": self.products[product].id,
                            "quantity": quantity,
                            "discount": discount,
                        }
                    )
                    for product, quantity, discount in extras
                ]
            }
        )

    def complete(self, job, resolution="", extras=()):
        """Complete the job; return its invoices."""
        if extras:
            self.add_extras(job, extras)
        hours = max(job.scheduled_duration, 0.5)
        job.write(
            {
                "date_start": self.clock.now - timedelta(hours=hours),
                "resolution": resolution,
            }
        )
        before = job.invoice_lines.move_id
        job.action_complete()
        if job.collection_error:
            raise AssertionError(f"{job.name}: {job.collection_error}")
        return job.invoice_lines.move_id - before

    def pay(self, moves, journal):
        """Register a bank transfer or cash payment for these invoices."""
        moves = moves.filtered(lambda move: move.payment_state == "not_paid")
        for move in moves:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create(
                {"journal_id": journal.id, "payment_date": self.clock.now.date()}
            ).action_create_payments()

    def credit(self, moves):
        """Credit these invoices, which the customer never paid."""
        unpaid = moves.filtered(lambda move: move.payment_state == "not_paid")
        unpaid._reverse_moves(cancel=True)

    def add_card(self, key, card):
        """Replace the customer's method with a new one, which is then charged."""
        partner = self.book[key].partner
        partner.payment_token_ids.active = False
        token = store_method(partner, card, self.today)
        partner._collection_method_added(token)

    def confirm(self, attempt):
        """Follow the customer's link and confirm the payment with the bank."""
        if attempt.authentication == "possible":
            attempt._check_authentication(confirmed=True)

    def settle(self, moves):
        """Settle a pending bank payment."""
        transactions = moves.transaction_ids.filtered(lambda tx: tx.state == "pending")
        for transaction in transactions:
            transaction._set_done()
            transaction._post_process()

    # -- the work of the queue ------------------------------------------------

    def deliver(self):
        """Send charges and record messages until nothing is left to do."""
        while attempts := self.outbox.take_attempts():
            for attempt in attempts:
                self.clock.tick(CHARGE_AFTER)
                if attempt.planned_at > self.clock.now:
                    self.at_moment(attempt.planned_at, self._send_retry, attempt)
                else:
                    attempt._send()
        for move, kind in self.outbox.take_messages():
            self.clock.tick(MESSAGE_AFTER)
            if kind == "receipt":
                self._note_sent(move._get_claimed_receipts())
            elif move._is_owed():
                self._note_invoice(move)

    def _send_retry(self, attempt):
        """Send a due retry, unless the customer has already added a new card."""
        if attempt.state == "planned":
            self.clock.tick(CHARGE_AFTER)
            attempt._send()

    def _note_invoice(self, move):
        occasion = "declined" if move._is_declined() else "due"
        if occasion == "declined" or not move._was_told(occasion):
            self._note_sent(move._claim_messages(occasion, self.clock.now))

    def _note_sent(self, messages):
        """Record messages as sent without sending them."""
        for message in messages:
            customer, by_mail = message.partner_id, message.channel == "mail"
            message.address = (
                customer._get_collection_email()
                if by_mail
                else customer._get_collection_number()
            )
            message._set_sent(self.clock.now)
        messages._settle()

    def without_answer(self):
        """Send charges inside the block but receive no response."""

        def send(transaction):
            transaction.env.context["paycollect_exchange"].requests += 1

        return patch.object(
            self.env.registry["payment.transaction"], "_charge_with_token", send
        )
