# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deposits that were paid before the work: by native calls, with or without our addons.

Each is a native down payment, posted and paid, which the invoice of the work deducts.
"""

from odoo import Command

from .data import BATCH, environment, job_ids

PERCENT = 30


def pay(registry):
    """Invoice and pay a deposit for each order."""
    ids = job_ids(registry)
    with registry.cursor() as cr:
        env = environment(cr)
        for number, job in enumerate(env["fsm.order"].browse(ids)):
            move = _invoice(job.sale_line_id.order_id)
            env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
            if number % BATCH == BATCH - 1:
                cr.commit()
        if "queue.job" in env:
            # What was queued is not measured.
            cr.execute("UPDATE queue_job SET state = 'done' WHERE state = 'pending'")
        env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"


def _invoice(order):
    wizard = order.env["sale.advance.payment.inv"].create(
        {
            "sale_order_ids": [Command.set(order.ids)],
            "advance_payment_method": "percentage",
            "amount": PERCENT,
        }
    )
    move = wizard._create_invoices(order)
    move.action_post()
    return move
