# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Booked orders whose estimate is held, refunds and payment plans: a part of a
schedule.
"""

from datetime import timedelta

from odoo import Command

from . import shop

POLICY = "paycollect_fsm.policy_auto"
# Above this, a manager would have to approve a refund.
REFUND_LIMIT = 10**6


class Bookings:
    """A part of :class:`schedule.Schedule`; amounts are whole dollars."""

    def book(self, customer, amount, days):
        """Confirm an order for a job in some days."""
        made = []

        def book(env):
            partner = env["res.partner"].browse(customer.partner_id)
            made.append(make_order(env, partner, amount, self.world.clock.now, days))

        self.act(f"{customer.name} books {amount} in {days} days", book)
        if made:
            self.notes.order_ids.append(made[-1])

    def finish_order(self, who, extra):
        """Complete the order's job, with extras on site."""
        if not (order_id := self._pick_order(who)):
            return
        made = []

        def finish(env):
            made[:] = complete(env["sale.order"].browse(order_id), extra)

        self.act(f"order {order_id} is done, with {extra} of extras", finish)
        for move_id, cents in made:
            if move_id not in self.notes.amounts:
                self.notes.note_bill(move_id, cents)

    def cancel_order(self, who):
        if order_id := self._pick_order(who):
            self.act(
                f"order {order_id} is canceled",
                lambda env: env["sale.order"].browse(order_id)._action_cancel(),
            )

    def change_order(self, who, amount):
        if order_id := self._pick_order(who):

            def change(env):
                order = env["sale.order"].browse(order_id)
                command = Command.update(
                    order.order_line.sorted("id")[:1].id, {"price_unit": amount}
                )
                order.write({"order_line": [command]})

            self.act(f"order {order_id} now costs {amount}", change)

    def postpone_order(self, who, days):
        if order_id := self._pick_order(who):
            until = self.world.clock.now + timedelta(days=days)

            def postpone(env):
                jobs = env["sale.order"].browse(order_id).fsm_order_ids
                jobs.scheduled_date_start = until

            self.act(f"order {order_id} is moved by {days} days", postpone)

    def ask_refund(self, move_id, amount):
        def ask(env):
            move = env["account.move"].browse(move_id)
            action = move.action_refund()
            wizard = env[action["res_model"]].browse(action["res_id"])
            wizard.write({"reason": "Returned", "amount": amount})
            wizard.action_confirm()

        self.act(f"{amount} of invoice {move_id} is to be refunded", ask)

    def agree_on_plan(self, customer, amount, days):
        """Bill an invoice that the customer agrees to pay in two parts, one at once."""
        made = []

        def agree(env):
            partner = env["res.partner"].browse(customer.partner_id)
            move = shop.bill(env, partner, amount, "net")
            make_plan(move, amount, days, self.world.clock.now)
            made.append(move.id)

        self.act(f"{customer.name} pays {amount} in parts, {days} days apart", agree)
        for move_id in made:
            if move_id not in self.notes.amounts:
                self.notes.note_bill(move_id, amount * 100)

    def _pick_order(self, who):
        ids = self.notes.order_ids
        return ids and ids[who % len(ids)]


def open_bookings(env):
    """Switch on holds, and refunds that nobody has to approve."""
    env.ref(POLICY).write({"hold_at_booking": True, "hold_margin": 10})
    env.company.collection_refund_limit = REFUND_LIMIT


def make_plan(move, amount, days, now):
    """Offer two parts, and accept them with the customer's first method."""
    from odoo.addons.paycollect_fsm.rules.installment import Row  # Odoo is loaded now

    plans = move.env["paycollect.installment.plan"].sudo()
    today = move.company_id._get_today(now)
    first = amount // 2
    rows = [
        (Row(first, today), False),
        (Row(amount - first, today + timedelta(days=days or 1)), False),
    ]
    plan = plans._offer(move, rows, now, needs_method=True)
    plan._accept(move.partner_id, plan._get_offered_methods(today)[:1], "portal", now)


def make_order(env, partner, amount, now, days):
    location = env["fsm.location"].create(
        {"name": partner.name, "owner_id": partner.id}
    )
    product = env["product.product"].search([("default_code", "=", "VISIT")], limit=1)
    product = product or env["product.product"].create(
        {
            "name": "Visit",
            "default_code": "VISIT",
            "type": "service",
            "invoice_policy": "delivery",
            "field_service_tracking": "line",
            "taxes_id": [Command.clear()],
        }
    )
    partner.collection_policy_id = env.ref(POLICY)
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "fsm_location_id": location.id,
            "commitment_date": now + timedelta(days=days),
            "order_line": [
                Command.create({"product_id": product.id, "price_unit": amount})
            ],
        }
    )
    order.action_confirm()
    order.fsm_order_ids.scheduled_date_start = now + timedelta(days=days)
    return order.id


def complete(order, extra):
    """Complete the jobs; return the invoices as (ID, cents)."""
    jobs = order.fsm_order_ids.filtered(lambda job: not job.stage_id.is_closed)
    if extra and jobs:
        product = order.order_line.product_id[:1]
        line = {"product_id": product.id, "quantity": 1, "price_unit": extra}
        jobs[:1].collection_line_ids = [Command.create(line)]
    for job in jobs:
        job.action_complete()
    moves = order.order_line.invoice_lines.move_id
    return [(move.id, round(move.amount_total * 100)) for move in moves]
