# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages that customers see: an address or more for each route."""

import csv
import io

from paycollect_setup import paths

TERMS = "scope=both&day=0&notice_days=3"
# Answers to scripts, files, what only redirects or takes a form, and Odoo's own page of
# an order.
NO_PAGES = {
    "/invoice/transaction/overdue",
    "/my/autopay/off",
    "/my/autopay/on",
    "/my/autopay/skip",
    "/my/balance/transaction",
    "/my/checks/<int:check_id>/cancel",
    "/my/checks/<int:check_id>/slip",
    "/my/disputes/withdraw",
    "/my/fsm_order/<int:order_id>",
    "/my/fsm_orders",
    "/my/fsm_orders/page/<int:page>",
    "/my/invoices/overdue",
    "/my/orders/<int:order_id>",
    "/my/orders/<int:order_id>/accept",
    "/my/payment_method/agree",
    "/my/payment_method/order",
    "/my/payment_method/remove",
    "/my/payment_method/transaction",
    "/my/people/again",
    "/my/people/change",
    "/my/people/remove",
    "/my/people/withdraw",
    "/my/plans/accept",
    "/my/plans/decline",
    "/my/plans/end",
    "/my/plans/pay",
    "/my/prepaid/off",
    "/my/prepaid/refill",
    "/my/promises/cancel",
    "/my/promises/make",
    "/my/requests/withdraw",
    "/my/scheduled/cancel",
    "/my/scheduled/plan",
    "/my/service/<int:order_id>/file/<int:file_id>",
    "/my/statement/monthly",
    "/my/statement/pdf",
    "/my/statement/xlsx",
    "/pay/<string:token>/authenticate",
    "/pay/<string:token>/authenticate/check",
    "/pay/<string:token>/balance",
    "/pay/<string:token>/charges",
    "/pay/<string:token>/opened",
    "/pay/<string:token>/payment",
    "/pay/<string:token>/plan",
    "/pay/<string:token>/transaction",
    "/paycollect/twilio/sms",
    "/payment/archive_token",
    "/payment/stripe/return",
    "/payment/stripe/webhook",
}


def read_routes():
    """Return the public and portal routes of our addons, from the list of rights."""
    for addon in paths.addons():
        text = (addon / "tests" / "rights" / "calls.csv").read_text()
        for row in csv.DictReader(io.StringIO(text)):
            if row["model"] == "route":
                yield row["method"]


def get_pages(customer):
    """Return ``{route: addresses}``; “#wrong” sends the page's form as it is, “#agreed”
    with consent."""
    review = f"/my/autopay/review?token={customer['tokens'][0]}&{TERMS}"
    return {
        "/my": ["/my"],
        "/my/balance": ["/my/balance", "/my/balance?amount=much"],
        "/my/balance/done": ["/my/balance/done"],
        "/my/checks": ["/my/checks"],
        "/my/checks/new": ["/my/checks/new"],
        "/my/checks/announce": ["/my/checks/new#wrong"],
        "/my/disputes": ["/my/disputes"],
        "/my/disputes/new": ["/my/disputes/new"],
        "/my/disputes/file": [f"/my/disputes/new?invoice={customer['last']}#wrong"],
        "/my/methods": ["/my/methods"],
        "/my/payment_method": ["/my/payment_method"],
        "/my/people": ["/my/people"],
        "/my/people/invite": ["/my/people#wrong"],
        "/my/plans": [f"/my/plans?plan={customer['plan']}"],
        "/my/prepaid": ["/my/prepaid"],
        "/my/promises": ["/my/promises"],
        "/my/requests": ["/my/requests"],
        "/my/requests/new": [
            "/my/requests/new?kind=refund",
            "/my/requests/new?kind=purpose",
        ],
        "/my/requests/file": ["/my/requests/new?kind=refund#wrong"],
        "/my/scheduled": ["/my/scheduled"],
        "/my/scheduled/new": ["/my/scheduled/new?review=1"],
        "/my/service": ["/my/service"],
        "/my/service/page/<int:page>": ["/my/service/page/1?filterby=planned"],
        "/my/service/<int:order_id>": [f"/my/service/{customer['job']}"],
        "/my/statement": ["/my/statement", "/my/statement?date_from=never"],
        "/pay/<string:token>": [*customer["links"].values(), "/pay/unknown"],
        "/pay/done": ["/pay/done"],
        "/my/autopay/review": ["/my/autopay/review", review],
        "/my/autopay": ["/my/autopay", f"{review}#agreed"],
    }
