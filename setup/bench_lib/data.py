# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The same customers, orders and jobs, with or without our addons."""

from odoo import SUPERUSER_ID, Command, api

LOGIN = "technician"
BATCH = 20
# Additional jobs that run first and are not measured.
WARM_UP = 3


def environment(cr, login=None):
    """Return an environment like a new request's, of this user or the superuser."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if login:
        user = env["res.users"].search([("login", "=", login)])
        env = env(user=user, context=user.with_user(user).context_get())
    return env


def build(registry, jobs):
    """Create jobs, each with its own customer, card and sales order."""
    with registry.cursor() as cr:
        env = environment(cr)
        _set_up_company(env)
        _make_technician(env)
        products = _make_products(env)
        for number in range(jobs):
            _make_job(env, products, number)
            if number % BATCH == BATCH - 1:
                cr.commit()
        # Messages created during the setup are not measured.
        env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"


def job_ids(registry):
    with registry.cursor() as cr:
        return environment(cr)["fsm.order"].search([], order="id").ids


def _set_up_company(env):
    company = env.company
    company.email = "billing@bench.example.com"
    if "collection_active" in company:
        company.write(
            {
                "collection_active": True,
                "collection_attach_pdf": False,
                "collection_daily_count": 1_000_000,  # counted, but never a limit
                "collection_daily_amount": 1_000_000_000,
            }
        )
    template = env.ref("account.email_template_edi_invoice")
    # Like our receipt: no PDF, and the email is kept.
    template.write({"report_template_ids": False, "auto_delete": False})


def _make_technician(env):
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "Tess Technician",
            "login": LOGIN,
            "password": LOGIN,
            "email": "tess@bench.example.com",
            "group_ids": [Command.set([env.ref("fieldservice.group_fsm_user").id])],
        }
    )


def _make_products(env):
    tax = env["account.tax"].create(
        {"name": "Bench tax 10%", "amount": 10, "type_tax_use": "sale"}
    )
    common = {"invoice_policy": "delivery", "taxes_id": [Command.set(tax.ids)]}
    return env["product.product"].create(
        [
            {
                "name": "On-site repair",
                "type": "service",
                "field_service_tracking": "line",
                "list_price": 100,
                **common,
            },
            {"name": "Patch cable", "type": "consu", "list_price": 10, **common},
        ]
    )


def _make_job(env, products, number):
    partner = env["res.partner"].create(
        {
            "name": f"Customer {number}",
            "is_company": True,
            "email": f"customer{number}@bench.example.com",
        }
    )
    _make_card(env, partner)
    location = env["fsm.location"].create(
        {"name": f"Site {number}", "owner_id": partner.id}
    )
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "fsm_location_id": location.id,
            "order_line": [
                Command.create({"product_id": product.id}) for product in products
            ],
        }
    )
    order.action_confirm()


def _make_card(env, partner):
    token = env["payment.token"].create(
        {
            "provider_id": env.ref("payment.payment_provider_demo").id,
            "payment_method_id": env.ref("payment_demo.payment_method_demo").id,
            "partner_id": partner.id,
            "provider_ref": "demo",
            "payment_details": "4242",
            "demo_simulated_state": "done",
        }
    )
    if "paycollect.consent" in env:
        token.brand = "Visa"
        partner.collection_policy_id = env.ref("paycollect_fsm.policy_auto")
        env["paycollect.consent"]._record(token, "I agree.", "staff")
