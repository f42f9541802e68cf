# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A company that collects, its staff and its customers, for the end-to-end tests."""

COMPANY = """
from odoo import Command
from odoo.tests import new_test_user
from passlib.context import CryptContext

# The first log-in stores the slow hash that is usual.
quick = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=1)
type(env["res.users"])._crypt_context = lambda users: quick

company = env.company
company.write({
    "name": "Acme IT Support",
    "email": "office@acme.example.com",
    "phone": "+12125550100",
    "country_id": env.ref("base.us").id,
    "collection_remit_to": "Acme IT Support, Lockbox 12, Springfield, IL 62701",
})
provider = env.ref("payment.payment_provider_demo")
provider.write({"state": "test", "is_published": True})
env.ref("payment_demo.payment_method_demo").active = True
company.collection_active = True
groups = {
    "dispatcher": "sales_team.group_sale_salesman,fieldservice.group_fsm_dispatcher,"
    "base.group_partner_manager",
    "technician": "fieldservice.group_fsm_user_own",
    "accountant": "paycollect_fsm.group_user,base.group_partner_manager",
    "controller": "paycollect_fsm.group_manager",
}
for login, names in groups.items():
    new_test_user(
        env, login=login, groups=names, name=login.title(), tz="UTC",
        email=f"{login}@acme.example.com",
    )
worker = env["fsm.person"].create({
    "name": "Tess Technician",
    "partner_id": env["res.users"].search([("login", "=", "technician")]).partner_id.id,
})
tax = env["account.tax"].create({
    "tax_group_id": env["account.tax.group"].create({"name": "Sales tax"}).id,
    "name": "Sales tax 10%", "invoice_label": "Sales tax", "amount": 10,
    "type_tax_use": "sale",
})
template = env["fsm.template"].create({"name": "Visit"})
visit = env["product.product"].create({
    "name": "Network check", "type": "service", "invoice_policy": "delivery",
    "field_service_tracking": "line", "fsm_order_template_id": template.id,
    "list_price": 300, "taxes_id": [Command.set(tax.ids)],
})
cable = env["product.product"].create({
    "name": "Patch cable", "type": "consu", "list_price": 10,
    "taxes_id": [Command.set(tax.ids)],
})
result = {"visit": visit.id, "worker": worker.id, "customers": {}}
"""

CUSTOMERS = """
method = env.ref("payment_demo.payment_method_demo")

def add_method(partner, vals):
    token = env["payment.token"].create({"partner_id": partner.id, **vals})
    env["paycollect.consent"]._record(token, "I agree.", "staff")
    return token.id

def add_card(partner, answer):
    return add_method(partner, {
        "provider_id": provider.id, "payment_method_id": method.id,
        "provider_ref": "demo", "payment_details": "4242", "brand": "Visa",
        "demo_simulated_state": answer,
    })

def add_stored(partner, stored, place):
    kind = "bank" if stored["mandate"] else "card"
    return add_method(partner, {
        "provider_id": stripe.id, "payment_method_id": stripe_methods[kind].id,
        "provider_ref": stored["customer"], "stripe_mandate": stored["mandate"],
        "stripe_payment_method": stored["payment_method"],
        "fingerprint": stored["fingerprint"], "payment_details": stored["last4"],
        "brand": "Visa" if kind == "card" else "Bank", "collection_priority": place,
    })

def book(partner, location):
    order = env["sale.order"].create({
        "partner_id": partner.id, "fsm_location_id": location.id,
        "order_line": [Command.create({"product_id": visit.id})],
    })
    order.action_confirm()
    order.fsm_order_ids.person_id = worker
    return order.fsm_order_ids.id

for name, vals in customers.items():
    stored = vals.pop("stored", ())
    has_card = vals.pop("has_card", booked and not stored)
    answer = vals.pop("answer", "done")
    email = f"{name.split()[0].lower()}@customer.example.com"
    partner = env["res.partner"].create({
        "name": name, "email": email, "is_company": True, "street": "1 Main Street",
        "city": "Springfield", "country_id": env.ref("base.us").id, **vals,
    })
    location = env["fsm.location"].create(
        {"name": f"{name}, head office", "owner_id": partner.id}
    )
    result["customers"][name] = {
        "id": partner.id, "email": email, "location": location.id,
    }
    tokens = [add_stored(partner, one, place + 1) for place, one in enumerate(stored)]
    result["customers"][name]["tokens"] = tokens
    if has_card:
        tokens.append(add_card(partner, answer))
    if booked:
        result["customers"][name]["job"] = book(partner, location)
"""


STRIPE = """
stripe = env.ref("payment.payment_provider_stripe")
stripe_methods = {
    "card": env.ref("payment.payment_method_card"),
    "bank": env.ref("payment.payment_method_ach_direct_debit"),
}
stripe.write({
    "state": "test", "is_published": True, "allow_tokenization": True,
    "stripe_publishable_key": "pk_test_stand_in", **stripe_keys,
})
for one in stripe_methods.values():
    one.active = True
result["stripe"] = stripe.id
result["card_method"] = stripe_methods["card"].id
"""


def open_company(place, customers, booked=False, stripe_keys=None):
    """Activate a company in a server or database; return the ids of its records.

    Its staff log in as dispatcher, technician, accountant and controller (a collections
    manager); each password equals the login. If booked, each customer has a method on
    file and a job for a visit of $330.

    :param customers: values of each customer by name, and ``has_card`` (of the demo
        provider; ``answer``: its response, e.g. ``error``) or ``stored`` (methods at
        Stripe: ``customer payment_method mandate fingerprint last4``)
    :param stripe_keys: ``stripe_secret_key`` and ``stripe_webhook_secret``, to enable
        Stripe in test mode
    :return: ``visit`` (product), ``worker``, and ``customers``: by name a dict of
        ``id``, ``email``, ``location``, ``tokens`` and, if booked, ``job``
    """
    code = COMPANY + (STRIPE if stripe_keys else "") + CUSTOMERS
    return place.run(
        code, customers=customers, booked=booked, stripe_keys=stripe_keys or {}
    )


BOOKS = """
SELECT move.id, move.name, move.state, move.payment_state, move.amount_total,
       move.amount_residual,
       (SELECT count(*) FROM account_move__account_payment link
         WHERE link.invoice_id = move.id) AS payments,
       (SELECT count(*) FROM account_partial_reconcile partial
          JOIN account_move_line line ON line.id = partial.debit_move_id
         WHERE line.move_id = move.id) AS reconciled
  FROM account_move move
 WHERE move.move_type = 'out_invoice' AND move.commercial_partner_id = %s
 ORDER BY move.id
"""

ATTEMPTS = """
SELECT attempt.*, tx.state AS tx_state, tx.reference
  FROM paycollect_attempt attempt
  LEFT JOIN payment_transaction tx ON tx.id = attempt.transaction_id
 WHERE attempt.partner_id = %s ORDER BY attempt.id
"""


def invoices(server, partner_id):
    """Return the customer's invoices with counts of payments and reconciliations."""
    return server.sql(BOOKS, [partner_id])


def attempts(server, partner_id):
    """Return the customer's attempts, oldest first."""
    return server.sql(ATTEMPTS, [partner_id])
