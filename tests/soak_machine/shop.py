# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The company, its customers with their methods, and its invoices."""

from odoo import Command

SECRET_KEY = "sk_test_stand_in"
WEBHOOK_SECRET = "whsec_soak_machine"
DAILY_COUNT = 6  # charges per day, so that the limit is reached
NETWORK_CAP = 3  # declines of a card in 30 days
# No change tracking for these records.
QUICK = {"tracking_disable": True}
# Everything is due, and every discount expired, before a schedule ends.
TERMS = {
    "at once": {"line_ids": ((100, 0),)},
    "in parts": {"line_ids": ((40, 0), (60, 9))},
    "with a discount": {
        "line_ids": ((100, 8),),
        "early_discount": True,
        "discount_percentage": 10,
        "discount_days": 3,
    },
    # not charged by us unless the customer turns autopay on or schedules it
    "net": {"line_ids": ((100, 5),)},
}
LOGINS = 4  # customers of a schedule who can log in


def open_company(env):
    """Turn on collection with Stripe in test mode, without PDFs, which are slow."""
    provider = env.ref("payment.payment_provider_stripe")
    provider.write(
        {
            "stripe_publishable_key": "pk_test_stand_in",
            "stripe_secret_key": SECRET_KEY,
            "stripe_webhook_secret": WEBHOOK_SECRET,
            "state": "test",
            "allow_tokenization": True,
            "is_published": True,
        }
    )
    for code in ("card", "ach_direct_debit"):
        method = env.ref(f"payment.payment_method_{code}")
        method.write({"active": True, "provider_ids": [Command.link(provider.id)]})
    env.company.write(
        {
            "email": "office@acme.example.com",
            "country_id": env.ref("base.us").id,
            "collection_active": True,
            "collection_attach_pdf": False,
            "collection_daily_count": DAILY_COUNT,
            "collection_daily_amount": 0,
        }
    )
    plan = env.ref("paycollect_fsm.retry_plan_default")
    plan.network_cap = NETWORK_CAP
    for name, values in TERMS.items():
        lines = [_prepare_part(*part) for part in values["line_ids"]]
        env["account.payment.term"].create({**values, "name": name, "line_ids": lines})


def _prepare_part(percent, days):
    return Command.create(
        {
            "value": "percent",
            "value_amount": percent,
            "delay_type": "days_after",
            "nb_days": days,
        }
    )


def make_logins(env):
    """Return the IDs of portal users; each schedule gives them to its customers."""
    group = env.ref("base.group_portal")
    users = env["res.users"].with_context(no_reset_password=True, **QUICK)
    return users.create(
        [
            {
                "name": f"Contact {number}",
                "login": f"contact{number}",
                "email": f"contact{number}@customer.example.com",
                "group_ids": [Command.set(group.ids)],
            }
            for number in range(LOGINS)
        ]
    ).ids


def make_customer(env, name, user_id=None):
    """:param user_id: of the contact who can log in, see ``make_logins``"""
    partner = (
        env["res.partner"]
        .with_context(**QUICK)
        .create(
            {
                "name": name,
                "email": f"{name}@customer.example.com",
                "is_company": True,
                "country_id": env.ref("base.us").id,
            }
        )
    )
    env["res.users"].browse(user_id).partner_id.parent_id = partner
    return partner


def add_method(env, partner, method):
    """Store a method of the provider, like its form and consent page do.

    :param method: :class:`provider.Method`
    """
    token = env["payment.token"].create(
        {
            "provider_id": env.ref("payment.payment_provider_stripe").id,
            "payment_method_id": env.ref(
                f"payment.payment_method_{method.odoo_code}"
            ).id,
            "partner_id": partner.id,
            "provider_ref": method.customer,
            "stripe_payment_method": method.id,
            "stripe_mandate": method.mandate,
            "payment_details": method.last4,
            "brand": method.brand,
            "fingerprint": method.fingerprint,
        }
    )
    env["paycollect.consent"].with_context(tracking_disable=True)._record(
        token, "I agree.", "staff"
    )
    token._set_primary()
    return token


def bill(env, partner, amount, terms):
    """Post an invoice and start collecting it, like a completed job does.

    :param terms: one of ``TERMS``
    """
    line = {"name": "Visit", "price_unit": amount, "tax_ids": [Command.clear()]}
    move = (
        env["account.move"]
        .with_context(**QUICK)
        .create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_payment_term_id": env["account.payment.term"]
                .search([("name", "=", terms)], limit=1)
                .id,
                "collection_policy_id": env.ref(
                    f"paycollect_fsm.policy_{'net' if terms == 'net' else 'auto'}"
                ).id,
                "invoice_line_ids": [Command.create(line)],
            }
        )
    )
    move.action_post()
    move = env["account.move"].browse(move.id)
    move._start_collection("completion")
    return move
