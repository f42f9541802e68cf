# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Customers with a stored card and one open invoice each."""

from stripe_stand_in.client import SECRET_KEY

from odoo import Command

from .data import BATCH, environment

AMOUNT = 120.0


def build(registry, provider, count):
    """Create open invoices, each for its own customer; return their ids."""
    with registry.cursor() as cr:
        env = environment(cr)
        stripe = _open_stripe(env)
        ids = []
        for number in range(count):
            ids.append(_make_invoice(env, _make_customer(env, stripe, provider)).id)
            if number % BATCH == BATCH - 1:
                cr.commit()
        return ids


def _open_stripe(env):
    stripe = env.ref("payment.payment_provider_stripe")
    stripe.write(
        {
            "stripe_publishable_key": "pk_test_bench",
            "stripe_secret_key": SECRET_KEY,
            "stripe_webhook_secret": "whsec_bench",
            "state": "test",
            "allow_tokenization": True,
        }
    )
    env.ref("payment.payment_method_card").active = True
    if "collection_active" in env.company:
        env.company.write(
            {
                "collection_active": True,
                "collection_attach_pdf": False,
                "collection_daily_count": 1_000_000,  # counted, but never a limit
                "collection_daily_amount": 1_000_000_000,
            }
        )
    return stripe


def _make_customer(env, stripe, provider):
    """No email address: the completion benchmark measures the cost of receipts."""
    card = provider.store_card()
    partner = env["res.partner"].create({"name": f"Customer {card['customer']}"})
    token = env["payment.token"].create(
        {
            "provider_id": stripe.id,
            "payment_method_id": env.ref("payment.payment_method_card").id,
            "partner_id": partner.id,
            "provider_ref": card["customer"],
            "stripe_payment_method": card["payment_method"],
            "payment_details": "4242",
        }
    )
    if "paycollect.consent" in env:
        token.brand = "Visa"
        env["paycollect.consent"]._record(token, "I agree.", "staff")
    return partner


def _make_invoice(env, partner):
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_line_ids": [
                Command.create({"name": "Visit", "price_unit": AMOUNT, "tax_ids": []})
            ],
        }
    )
    move.action_post()
    if "collection_policy_id" in move:
        move.collection_policy_id = env.ref("paycollect_fsm.policy_auto")
    return move
