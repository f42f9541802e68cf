# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The company, its people and its way of working."""

import base64
from pathlib import Path

from odoo import Command

from .clock import ZONE

NOWHERE = "http://127.0.0.1:9"
LOGO = Path(__file__).with_name("logo.png")
BLUE = "#1D4E79"
AMBER = "#F2A33A"
SENDER = "Brightline IT Support <billing@brightline.example>"
REMIT_TO = """Brightline IT Support
Attn: Accounts Receivable
P.O. Box 7410
Austin, TX 78713"""

# login: name, phone, groups, first page
STAFF = {
    "dispatcher": (
        "Dana Whitfield",
        "+1 512-555-0101",
        [
            "fieldservice.group_fsm_dispatcher",
            "sales_team.group_sale_salesman_all_leads",
            "base.group_partner_manager",
        ],
        "fieldservice.action_fsm_operation_order",
    ),
    "technician": (
        "Tom Becker",
        "+1 512-555-0111",
        ["fieldservice.group_fsm_user_own"],
        "paycollect_fsm.action_my_jobs",
    ),
    "accountant": (
        "Grace Okafor",
        "+1 512-555-0102",
        ["paycollect_fsm.group_manager", "base.group_partner_manager"],
        "account.action_move_out_invoice",
    ),
}
OTHER_WORKERS = {
    "priya": ("Priya Nair", "+1 512-555-0112"),
    "luis": ("Luis Ortega", "+1 512-555-0113"),
}


def stay_at_home(env):
    """Prevent the demo from making network calls."""
    set_param = env["ir.config_parameter"].set_param
    for key in ("iap.endpoint", "iap.partner_autocomplete.endpoint", "sms.endpoint"):
        set_param(key, NOWHERE)
    env["res.company"].search([]).iap_enrich_auto_done = True
    env["digest.digest"].search([]).action_deactivate()
    env.ref("sms.ir_cron_sms_scheduler_action").active = False


def make_company(env):
    texas = env.ref("base.state_us_44")
    env.company.partner_id.tz = ZONE.key
    env.company.write(
        {
            "name": "Brightline IT Support",
            "logo": base64.b64encode(LOGO.read_bytes()),
            "street": "418 Juniper Street, Suite 200",
            "city": "Austin",
            "zip": "78701",
            "state_id": texas.id,
            "country_id": env.ref("base.us").id,
            "phone": "+1 512-555-0100",
            "email": "hello@brightline.example",
            "website": "https://www.brightline.example",
            "primary_color": BLUE,
            "secondary_color": AMBER,
            "email_primary_color": "#FFFFFF",
            "email_secondary_color": BLUE,
            "external_report_layout_id": env.ref("web.external_layout_standard").id,
        }
    )
    env["fsm.stage"].create(
        {
            "name": "In progress",
            "sequence": 50,
            "stage_type": "order",
            "custom_color": AMBER,
        }
    )


def make_staff(env):
    """Create the staff; return the workers: {name: fsm.person}."""
    admin = env.ref("base.user_admin")
    admin.write({"name": "Alex Morgan", "email": "admin@brightline.example"})
    for login, (name, phone, groups, action) in STAFF.items():
        env["res.users"].create(
            {
                "name": name,
                "login": login,
                "password": login,
                "email": f"{login}@brightline.example",
                "phone": phone,
                "action_id": env.ref(action).id,
                "group_ids": [
                    Command.set(
                        [env.ref(group).id for group in ["base.group_user", *groups]]
                    )
                ],
            }
        )
    users = env["res.users"].search([("share", "=", False)])
    users.write({"tz": ZONE.key, "tour_enabled": False, "odoobot_state": "disabled"})
    return _make_workers(env)


def _make_workers(env):
    technician = env["res.users"].search([("login", "=", "technician")])
    workers = {
        "tom": env["fsm.person"].create({"partner_id": technician.partner_id.id})
    }
    for key, (name, phone) in OTHER_WORKERS.items():
        workers[key] = env["fsm.person"].create(
            {"name": name, "phone": phone, "email": f"{key}@brightline.example"}
        )
    return workers


def deliver_texts(env):
    """Send text messages from now on, to the inbox of setup/demo."""
    env.ref("sms.ir_cron_sms_scheduler_action").active = True


def make_favorite(env):
    """Create the dispatcher's default filter."""
    user = env["res.users"].search([("login", "=", "dispatcher")])
    env["ir.filters"].create(
        {
            "name": "Open jobs",
            "model_id": "fsm.order",
            "action_id": env.ref(STAFF["dispatcher"][-1]).id,
            "user_ids": [Command.link(user.id)],
            "domain": repr([("stage_id.is_closed", "=", False)]),
            "is_default": True,
        }
    )


def switch_on(env):
    """Turn on automatic collection with the demo provider."""
    provider = env.ref("payment.payment_provider_demo")
    provider.write({"state": "test", "allow_tokenization": True, "is_published": True})
    env.ref("payment_demo.payment_method_demo").active = True
    accountant = env["res.users"].search([("login", "=", "accountant")])
    expenses = env["account.account"].search([("account_type", "=", "expense")])
    fees = expenses.filtered(lambda account: "Fees" in account.name) or expenses
    env.company.write(
        {
            "collection_responsible_id": accountant.id,
            "collection_fee_account_id": fees[:1].id,
            "collection_charge_fee_account_id": fees[:1].id,
            "collection_email_from": SENDER,
            "collection_remit_to": REMIT_TO,
        }
    )
    env.company.collection_active = True
