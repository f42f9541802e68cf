# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The routes of Stripe's API that the stand-in supports, and their functions.

A route has the class of typed parameters that its request must match, and a function
that takes the account, the checked parameters and the ids from the URL.
"""

import re

from . import intents, listing, mandates, methods, returns, views
from .errors import invalid

ROUTES = []


def route(verb, path, parameters):
    """Register a function for a route; `{kind}` in the path is an object's id."""
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$")

    def register(function):
        ROUTES.append((verb, pattern, parameters, function))
        return function

    return register


def find(verb, path):
    """:return: parameters, function, ids by kind"""
    for route_verb, pattern, parameters, function in ROUTES:
        match = pattern.match(path)
        if match and route_verb == verb:
            return parameters, function, match.groupdict()
    raise invalid(
        f"Unrecognized request URL ({verb}: {path}).", status=404, code="url_invalid"
    )


def _retrieve(kind, path, name):
    @route("GET", f"/v1/{path}/{{{kind}}}", f"{name}Retrieve")
    def retrieve(account, params, **ids):
        return account.get(kind, ids[kind], "id", 404)


def _list(kind, path, name):
    url = f"/v1/{path}"

    @route("GET", url, f"{name}List")
    def list_all(account, params):
        if "type" in params and kind == "event":
            params["types"] = [params.pop("type")]
        return listing.list_objects(account, kind, params, url)


def _update(kind, path, name, *fields):
    @route("POST", f"/v1/{path}/{{{kind}}}", f"{name}Update")
    def update(account, params, **ids):
        item = account.get(kind, ids[kind], "id", 404)
        return set_fields(item, params, *fields)


def set_fields(item, params, *fields):
    for field in fields:
        if isinstance(params.get(field), dict) and isinstance(item.get(field), dict):
            item[field] |= params[field]
        elif field in params:
            item[field] = params[field]
    if "metadata" in params:
        intents.merge_metadata(item, params["metadata"])
    return item


# Searches and fixed words come before ids: the first matching route is used.


@route("GET", "/v1/payment_intents/search", "PaymentIntentSearch")
def search_intents(account, params):
    return listing.search(account, "payment_intent", params, "/v1/payment_intents")


@route("GET", "/v1/charges/search", "ChargeSearch")
def search_charges(account, params):
    return listing.search(account, "charge", params, "/v1/charges")


@route("GET", "/v1/customers/search", "CustomerSearch")
def search_customers(account, params):
    return listing.search(account, "customer", params, "/v1/customers")


for _kind, _path, _name in (
    ("customer", "customers", "Customer"),
    ("payment_method", "payment_methods", "PaymentMethod"),
    ("setup_intent", "setup_intents", "SetupIntent"),
    ("payment_intent", "payment_intents", "PaymentIntent"),
    ("charge", "charges", "Charge"),
    ("refund", "refunds", "Refund"),
    ("balance_transaction", "balance_transactions", "BalanceTransaction"),
    ("dispute", "disputes", "Dispute"),
    ("payout", "payouts", "Payout"),
    ("webhook_endpoint", "webhook_endpoints", "WebhookEndpoint"),
    ("event", "events", "Event"),
):
    _retrieve(_kind, _path, _name)
    _list(_kind, _path, _name)
_retrieve("mandate", "mandates", "Mandate")
_update(
    "customer", "customers", "Customer",
    "name", "email", "phone", "address", "description", "invoice_settings",
)  # fmt: skip
_update("payment_method", "payment_methods", "PaymentMethod", "billing_details", "card")
_update("setup_intent", "setup_intents", "SetupIntent", "description")
_update("charge", "charges", "Charge", "description", "receipt_email")
_update("refund", "refunds", "Refund")
_update(
    "webhook_endpoint", "webhook_endpoints", "WebhookEndpoint", "enabled_events", "url"
)


@route("POST", "/v1/customers", "CustomerCreate")
def create_customer(account, params):
    fields = ("name", "email", "phone", "address", "description", "invoice_settings")
    customer = account.add(
        "customer",
        balance=0,
        delinquent=False,
        metadata=dict(params.get("metadata") or {}),
        **{field: params.get(field) for field in fields},
    )
    if params.get("payment_method"):
        method = methods.resolve(account, params["payment_method"])
        methods.attach(account, method, customer["id"])
    account.emit("customer.created", customer)
    return customer


@route("DELETE", "/v1/customers/{customer}", "CustomerDelete")
def delete_customer(account, params, customer):
    item = account.get("customer", customer, "id", 404)
    for method in account.all("payment_method", customer=customer):
        methods.detach(account, method)
    account.emit("customer.deleted", item)
    del account.objects["customer"][customer]
    return {"id": customer, "object": "customer", "deleted": True}


@route("GET", "/v1/customers/{customer}/payment_methods", "CustomerPaymentMethodList")
def list_customer_methods(account, params, customer):
    account.get("customer", customer, "customer", 404)
    url = f"/v1/customers/{customer}/payment_methods"
    params = params | {"customer": customer}
    return listing.list_objects(account, "payment_method", params, url)


@route("POST", "/v1/payment_methods", "PaymentMethodCreate")
def create_method(account, params):
    if "card" in params and "number" in (params["card"] or {}):
        raise invalid(
            "Sending credit card numbers directly to the Stripe API is generally "
            "unsafe. Use a test method such as pm_card_visa.",
            "card[number]",
        )
    if params.get("type") == "us_bank_account":
        return methods.make_bank(account)
    raise invalid("Use one of Stripe's test methods, as pm_card_visa.", "type")


@route("POST", "/v1/payment_methods/{method}/attach", "PaymentMethodAttach")
def attach_method(account, params, method):
    item = methods.resolve(account, method)
    methods.attach(account, item, params.get("customer"))
    return item


@route("POST", "/v1/payment_methods/{method}/detach", "PaymentMethodDetach")
def detach_method(account, params, method):
    item = account.get("payment_method", method, "payment_method", 404)
    methods.detach(account, item)
    return item


@route("POST", "/v1/setup_intents", "SetupIntentCreate")
def create_setup(account, params):
    return mandates.create_setup(account, params)


@route("POST", "/v1/setup_intents/{setup}/confirm", "SetupIntentConfirm")
def confirm_setup(account, params, setup):
    item = account.get("setup_intent", setup, "intent", 404)
    return mandates.confirm_setup(account, item, params)


@route("POST", "/v1/setup_intents/{setup}/cancel", "SetupIntentCancel")
def cancel_setup(account, params, setup):
    item = account.get("setup_intent", setup, "intent", 404)
    return mandates.cancel_setup(account, item)


@route("POST", "/v1/payment_intents", "PaymentIntentCreate")
def create_intent(account, params):
    return intents.create(account, params)


def _intent_action(verb, name, function):
    @route("POST", f"/v1/payment_intents/{{intent}}{verb}", f"PaymentIntent{name}")
    def act(account, params, intent):
        item = account.get("payment_intent", intent, "intent", 404)
        return function(account, item, params)


_intent_action("", "Update", intents.update)
_intent_action("/confirm", "Confirm", intents.confirm)
_intent_action("/capture", "Capture", intents.capture)
_intent_action("/cancel", "Cancel", intents.cancel)


@route("POST", "/v1/refunds", "RefundCreate")
def create_refund(account, params):
    return returns.refund(account, params)


@route("GET", "/v1/charges/{charge}/refunds", "ChargeListRefunds")
def list_charge_refunds(account, params, charge):
    account.get("charge", charge, "charge", 404)
    url = f"/v1/charges/{charge}/refunds"
    return listing.list_objects(account, "refund", params | {"charge": charge}, url)


@route("POST", "/v1/files", "FileCreate")
def create_file(account, params):
    return account.add("file", purpose=params["purpose"], size=1, type="pdf", url=None)


@route("POST", "/v1/disputes/{dispute}", "DisputeUpdate")
def update_dispute(account, params, dispute):
    item = account.get("dispute", dispute, "id", 404)
    return returns.take_evidence(account, item, params)


@route("POST", "/v1/disputes/{dispute}/close", "DisputeClose")
def close_dispute(account, params, dispute):
    item = account.get("dispute", dispute, "id", 404)
    return returns.close_dispute(account, item, "lost")


@route("POST", "/v1/webhook_endpoints", "WebhookEndpointCreate")
def create_endpoint(account, params):
    endpoint = account.add(
        "webhook_endpoint",
        api_version=params.get("api_version"),
        description=params.get("description"),
        enabled_events=params["enabled_events"],
        metadata=dict(params.get("metadata") or {}),
        status="enabled",
        url=params["url"],
    )
    account.secrets[endpoint["id"]] = f"whsec_{account.secret()}"
    # only in this response
    return endpoint | {"secret": account.secrets[endpoint["id"]]}


@route("DELETE", "/v1/webhook_endpoints/{endpoint}", "WebhookEndpointDelete")
def delete_endpoint(account, params, endpoint):
    account.get("webhook_endpoint", endpoint, "id", 404)
    del account.objects["webhook_endpoint"][endpoint]
    return {"id": endpoint, "object": "webhook_endpoint", "deleted": True}


@route("GET", "/v1/balance", "BalanceRetrieve")
def retrieve_balance(account, params):
    entries = account.all("balance_transaction", payout=None)
    amount = sum(entry["net"] for entry in entries)
    return {
        "object": "balance",
        "available": [],
        "pending": [{"amount": amount, "currency": "usd"}],
        "livemode": False,
    }


def show(account, answer, version, expand):
    """Return the response in this version of the API."""
    if answer.get("object") in ("list", "search_result"):
        rendered = [views.render(account, one, version) for one in answer["data"]]
        answer = answer | {"data": rendered}
    return views.render(account, answer, version, expand)
