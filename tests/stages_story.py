# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Money in stages on phones: the steps of one story, see test_story_day.py."""

import scene
from paycollect_setup.waiting import wait_until

JOB = "/odoo/action-fieldservice.action_fsm_operation_order"
INVOICES = "/odoo/action-account.action_move_out_invoice_type"

ESTIMATE = """
policy = env.ref("paycollect_fsm.policy_auto").copy({
    "name": "Deposit", "deposit_percent": 30, "amount_min": 10**6,
})
env.company.collection_refund_limit = 100  # nobody has to approve
partner = env["res.partner"].browse(customer)
partner.collection_policy_id = policy
order = env["sale.order"].create({
    "partner_id": partner.id, "fsm_location_id": location,
    "require_signature": True,
    "order_line": [(0, 0, {"product_id": visit})],
})
order.action_quotation_sent()
result = {"id": order.id, "url": order.get_portal_url()}
"""
# Each journal item of the customer's documents, oldest first.
BOOKS = """
SELECT move.id, move.move_type AS kind, account.account_type AS account,
       line.is_downpayment AS is_deposit, line.display_type, line.balance,
       line.amount_residual AS open
  FROM account_move_line line
  JOIN account_move move ON move.id = line.move_id
  JOIN account_account account ON account.id = line.account_id
 WHERE move.commercial_partner_id = %s AND move.state = 'posted'
   AND line.display_type NOT IN ('line_section', 'line_subsection', 'line_note')
 ORDER BY move.id, line.balance, line.id
"""

# What has to be in the books: a visit of 300 and a cable of 10, 10 % tax on both, a
# deposit of 30 % of the visit, and 50 given back.
BOOKED = [
    ("entry", [("asset_receivable", -99), ("asset_current", 99)]),
    (
        "out_invoice",
        [("deposit", -90), ("tax", -9), ("asset_receivable", 99)],
    ),
    (
        "out_invoice",
        [
            ("income", -300),
            ("tax", -22),
            ("income", -10),
            ("deposit", 90),
            ("asset_receivable", 242),
        ],
    ),
    ("entry", [("asset_receivable", -242), ("asset_current", 242)]),
    (
        "out_refund",
        [("asset_receivable", -50), ("tax", 4.55), ("income", 45.45)],
    ),
    ("entry", [("asset_current", -50), ("asset_receivable", 50)]),
]


def accept_and_pay(page, estimate):
    """Sign the estimate, pay exactly the deposit, and keep the card for the rest."""
    page.open(estimate["url"])
    page.locator("a[data-bs-target='#modalaccept']:visible").first.click()
    dialog = page.locator("#modalaccept")
    dialog.locator(".o_web_sign_name_input").fill("Mia Motors")
    page.shot("stages-1-sign")
    dialog.locator("button.o_portal_sign_submit:enabled").click()
    dialog.locator("#customer_input").wait_for()
    dialog.get_by_text("99.00").first.wait_for()
    page.shot("stages-2-deposit")
    dialog.locator("#customer_input").fill("4242 4242 4242 4242")
    dialog.locator("button[name=o_payment_submit_button]:enabled").click()
    page.get_by_text("Thank you").first.wait_for()
    page.shot("stages-3-accepted")


def do_the_job(page, server, company, order):
    """Add what was used on site, complete the job, and see that it is paid."""
    call = server.rpc("dispatcher", "dispatcher")
    [job] = call("fsm.order", "search", [[("sale_id", "=", order)]])
    call("fsm.order", "write", [[job], {"person_id": company["worker"]}])
    page.open(f"{JOB}/{job}")
    page.locator("[name=collection_deposit_text]", has_text="paid on").wait_for()
    page.get_by_role("tab", name="Extras").click()
    page.locator(".o-kanban-button-new").click()
    extra = page.locator(".modal")
    extra.locator("[name=product_id] input").click()
    page.locator(".modal .o_kanban_record", has_text="Patch cable").click()
    extra.get_by_text("11.00").wait_for()
    extra.get_by_role("button", name="Save & Close").click()
    page.locator("[name=collection_line_ids]").get_by_text("Patch cable").wait_for()
    page.locator("button[name=action_open_complete]").click()
    button = page.locator(".modal button", has_text="Complete and charge")
    button.wait_for()
    page.shot("stages-4-complete")
    button.click()
    page.locator("[name=collection_status]").get_by_text(
        "242.00 paid with Visa •••• 4242"
    ).wait_for()
    page.shot("stages-5-paid")


def refund_a_part(page, invoice):
    """Give back 50 of what was paid for the work."""
    page.open(f"{INVOICES}/{invoice}")
    page.locator(".o_statusbar_buttons button[title=More]").click()
    page.locator("button[name=action_refund]:visible").click()
    dialog = page.locator(".modal")
    dialog.locator("[name=amount] input").fill("50")
    dialog.locator("[name=reason] input").fill("It came late")
    dialog.locator("[name=preview]", has_text="50.00").wait_for()
    page.shot("stages-6-refund")
    dialog.locator("button[name=action_confirm]").click()
    page.locator("[name=state]", has_text="Done").first.wait_for()
    page.shot("stages-7-refunded")


def read_books(server, customer):
    """Return the journal items by document: lists of (account, balance), oldest first.

    Everything is matched, and every document is balanced.
    """
    documents = {}
    for line in server.sql(BOOKS, [customer]):
        document = documents.setdefault(line["id"], (line["kind"], []))
        account = "tax" if line["display_type"] == "tax" else line["account"]
        account = "deposit" if line["is_deposit"] else account
        if line["account"] == "asset_receivable":
            assert not line["open"], line
        document[1].append((account, float(line["balance"])))
    for _kind, lines in documents.values():
        assert not round(sum(balance for _account, balance in lines), 2), lines
    return list(documents.values())


def get_balances(books):
    """Return what the customer's documents add up to, by account."""
    sums = {}
    for _kind, lines in books:
        for account, balance in lines:
            account = "income" if account == "deposit" else account
            sums[account] = round(sums.get(account, 0) + balance, 2)
    return sums


def wait_for_invoices(server, customer, number):
    return wait_until(
        lambda: (
            found if len(found := scene.invoices(server, customer)) == number else None
        ),
        f"{number} invoices",
    )
