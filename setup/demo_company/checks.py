# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Checks: one on the way, one received, one that never came, one that bounced."""

from datetime import timedelta

from odoo import Command

from odoo.addons.paycollect_portal.rules.checks import Announcement


def plan(flow):
    """Set up the journals and schedule the checks."""
    _make_journals(flow)
    _at(flow, 30, 10, _announce, "print", "2207", "First Prairie Bank")
    _at(flow, 28, 9, _receive, "2207")
    _at(flow, 27, 16, _deposit, "2207")
    _at(flow, 20, 11, _bounce, "2207")
    _at(flow, 16, 10, _announce, "print", "2231", "First Prairie Bank")
    _at(flow, 3, 6, _expire)
    _at(flow, 2, 14, _announce, "clinics", "58114", "Lone Star Trust")
    _at(flow, 2, 15, _announce, "schools", "104077", "Williamson County Bank")
    _at(flow, 1, 9, _receive, "104077", 25)


def _at(flow, days, hour, step, *args):
    flow.at(flow.today - timedelta(days=days), hour, 20, step, flow, *args)


def _make_journals(flow):
    account = flow.env["account.account"].create(
        {
            "code": "101910",
            "name": "Checks in Hand",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    manual = flow.env.ref("account.account_payment_method_manual_in")
    line = {"payment_method_id": manual.id, "payment_account_id": account.id}
    journal = flow.env["account.journal"].create(
        {
            "name": "Checks Received",
            "type": "bank",
            "code": "CHK",
            "inbound_payment_method_line_ids": [Command.clear(), Command.create(line)],
        }
    )
    flow.env.company.write(
        {
            "collection_cash_journal_id": flow.cash.id,
            "collection_check_journal_id": journal.id,
            "collection_bounce_fee": 35,
        }
    )
    flow.bank.bank_account_id = flow.env["res.partner.bank"].create(
        {"acc_number": "0042 118 3377", "partner_id": flow.env.company.partner_id.id}
    )


def _announce(flow, key, number, bank):
    """Announce a check for the customer's oldest open invoice."""
    customer, company = flow.book[key].partner, flow.env.company
    today = company._get_today()
    items = customer._get_open_items(company, today)[customer]
    item = next((item for item in items if item.is_asked), None)
    if not item:
        return
    said = Announcement(number=number, amount=item.residual, day=today, bank=bank)
    _notice, problems = flow.env["paycollect.check.notice"]._announce(
        customer, company, said, item.move
    )
    if problems:
        raise AssertionError(problems)


def _find(flow, number):
    return flow.env["paycollect.check.notice"].search([("number", "=", number)])


def _receive(flow, number, more=0):
    for notice in _find(flow, number):
        notice.action_receive(notice.amount + more)


def _deposit(flow, number):
    action = _find(flow, number).action_deposit()
    flow.env["account.check.deposit"].browse(action["res_id"]).validate_deposit()


def _bounce(flow, number):
    notice = _find(flow, number)
    notice.action_bounce()
    company = flow.env.company
    notice._charge_bounce_fee(company.collection_bounce_fee, company._get_today())


def _expire(flow):
    flow.env["paycollect.check.notice"]._cron_expire(flow.clock.now)
