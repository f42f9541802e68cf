# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Actions of staff and customers on an invoice: each a function of an environment's
``account.move``. Forbidden actions raise an error, which is shown to them.
"""

from odoo import Command, fields

from odoo.addons.payment_stripe.controllers.main import StripeController

IN_FLIGHT = ("sent", "unknown", "settling")


def register_payment(move, note):
    """Register a payment at the front desk.

    :param note: see ``Notes.note_cash``
    """
    cents = round(move.amount_residual * 100)
    contested = is_contested(move)
    wizard = move.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=move.ids
    )
    payment_ids = wizard.create({})._create_payments().ids
    move.env.cr.postcommit.add(lambda: note(move.id, cents, payment_ids, contested))


def is_contested(move):
    """Whether a payment may be on its way: the desk takes another one anyway."""
    return any(
        attempt.state in IN_FLIGHT for attempt in move.collection_attempt_ids
    ) or any(
        tx.state in ("draft", "pending") or not tx.is_post_processed
        for tx in move.transaction_ids
    )


def collect_now(move):
    move.action_collect_now()


def cancel_charges(move):
    move.collection_attempt_ids.filtered(lambda a: a.state == "planned").action_cancel()


def release_charges(move):
    move.collection_attempt_ids.action_release()


def remove_method(move):
    """Remove the customer's first method."""
    partner = move.commercial_partner_id
    tokens = partner.env["payment.token"].search([("partner_id", "=", partner.id)])
    tokens.sorted("collection_priority")[:1].active = False


def refund(move):
    """Refund the latest charge."""
    done = move.transaction_ids.filtered(
        lambda tx: tx.state == "done" and tx.operation != "refund"
    )
    done[-1:].action_refund()


def pay_online(move):
    """Click “Pay” on a page opened before; the browser now has the intent.

    Like the native route and, before it, our controller.
    """
    move._close_earlier_payments(fields.Datetime.now())
    provider = move.env.ref("payment.payment_provider_stripe")
    transaction = move.env["payment.transaction"].create(
        {
            "provider_id": provider.id,
            "payment_method_id": move.env.ref("payment.payment_method_card").id,
            "reference": move.env["payment.transaction"]._compute_reference(
                "stripe", prefix=move.name
            ),
            "amount": move.amount_residual,
            "currency_id": move.currency_id.id,
            "partner_id": move.partner_id.id,
            "operation": "online_direct",
            "invoice_ids": [Command.set(move.ids)],
        }
    )
    transaction._get_processing_values()


def come_back(env, intent_id, reference):
    """Do what Odoo's return page does, without the page."""
    data = {"reference": reference}
    transaction = env["payment.transaction"]._search_by_reference("stripe", data)
    intent = transaction._send_api_request(
        "GET", f"payment_intents/{intent_id}", data={"expand[]": "payment_method"}
    )
    StripeController._include_payment_intent_in_payment_data(intent, data)
    transaction._process("stripe", data)


DECISIONS = {
    "collect now": collect_now,
    "cancel": cancel_charges,
    "release": release_charges,
    "remove the method": remove_method,
    "refund": refund,
}
