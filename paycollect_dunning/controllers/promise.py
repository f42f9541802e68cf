# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_portal.controllers.balance_portal import (
    PaycollectBalancePortal,
)
from odoo.addons.paycollect_portal.controllers.customer import (
    check_may_act,
    find_own,
    may_act,
)

from ..rules.promise import OPEN, PORTAL, Said

PROMISES = "/my/promises"
LISTED = 40
MAX_MOVES = 1000
MAX_TYPED = 32


class PaycollectPromises(PaycollectBalancePortal):
    """A customer tells us by when they pay, and sees what became of it.

    Which documents are theirs and what is open is read on the server, never from the
    form.
    """

    @http.route(PROMISES, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_promises(self, done="", change="", **_kwargs):
        """Show the customer's promises, and the form for a new one or for a change."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        former = self._find_promise(link, change) if change else None
        if former and former.state != OPEN:
            return request.redirect(f"{PROMISES}?done=late")
        return self._render_promises(link, done=done, former=former)

    @http.route(
        f"{PROMISES}/make", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_promise_make(self, change="", **form):
        """Record a promise; a problem is shown beside what was typed."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        promises = request.env["paycollect.promise"].sudo()
        former = self._find_promise(link, change) if change else promises
        if former and former.state != OPEN:
            return request.redirect(f"{PROMISES}?done=late")
        chosen = self._read_promised(link, former)
        amount, problem = self._read_amount((form.get("amount") or "").strip())
        said = Said(amount, _read_day(form.get("date")), len(chosen.currency_id))
        contact = link.partner_id
        try:
            promise, problems = promises._promise(
                contact,
                link.company_id,
                said,
                chosen,
                PORTAL,
                contact_id=contact.id,
                former=former,
            )
        except UserError:
            return request.redirect(f"{PROMISES}?done=late")
        if promise:
            done = "changed" if former else "made"
            return request.redirect(f"{PROMISES}?done={done}")
        if problem:
            problems["amount"] = problem
        return self._render_promises(
            link, typed=form, problems=problems, former=former, ticked=chosen
        )

    @http.route(
        f"{PROMISES}/cancel", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_promise_cancel(self, promise="", **_kwargs):
        """Cancel one of the customer's open promises."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        try:
            self._find_promise(link, promise)._cancel()
        except UserError:
            return request.redirect(f"{PROMISES}?done=late")
        return request.redirect(f"{PROMISES}?done=canceled")

    # -- whose -----------------------------------------------------------------------

    def _get_own_promises(self, link):
        """Return the customer's promises (sudo): the single place that reads them."""
        customer = link.partner_id.commercial_partner_id
        return (
            request.env["paycollect.promise"]
            .sudo()
            .search(
                [
                    ("partner_id", "child_of", customer.id),
                    ("company_id", "=", link.company_id.id),
                ],
                order="promised_at desc, id desc",
            )
        )

    def _find_promise(self, link, text):
        """:raise NotFound: if the promise isn't the customer's"""
        if not (found := find_own(self._get_own_promises(link), text)):
            raise request.not_found()
        return found

    def _get_promise_items(self, link, former):
        company = link.company_id
        customer = link.partner_id.commercial_partner_id
        today = company._get_today(fields.Datetime.now())
        promises = request.env["paycollect.promise"].sudo()
        return promises._get_promisable(customer, company, today, former)

    def _read_promised(self, link, former):
        """Return the documents (sudo) that are ticked; others are ignored."""
        ticked = set(request.httprequest.form.getlist("invoice")[:MAX_MOVES])
        items = self._get_promise_items(link, former)
        moves = request.env["account.move"].sudo()
        return moves.union(*(i.move for i in items if str(i.move.id) in ticked))

    # -- page ------------------------------------------------------------------------

    def _render_promises(
        self, link, done="", typed=None, problems=None, former=None, ticked=None
    ):
        today = link.company_id._get_today(fields.Datetime.now())
        owed = {}
        for item in self._get_promise_items(link, former):
            owed.setdefault(item.move, []).append(item)
        if ticked is None:
            due = [move for move, items in owed.items() if any(i.is_due for i in items)]
            moves = request.env["account.move"].sudo()
            ticked = former.move_ids if former else moves.union(*due)
        values = self._prepare_portal_layout_values()
        values |= {
            "page_name": "collection_promises",
            "res_company": link.company_id,
            "promises_sudo": self._get_own_promises(link)[:LISTED],
            "former_sudo": former,
            "owed_sudo": owed,
            "ticked": ticked,
            "typed": typed or self._get_proposal(former, ticked, owed),
            "problems": problems or {},
            "done": done,
            "may_act": may_act(),
            "is_offered": link.company_id.dunning_promise_open > 0,
            "first_day": today,
            "last_day": today + timedelta(days=link.company_id.dunning_promise_days),
            "format_day": lambda day: format_day(request.env, day),
        }
        return request.render("paycollect_dunning.promises_page", values)

    def _get_proposal(self, former, ticked, owed):
        """Return what the form shows first: the former promise, or all that is due."""
        amount = sum(i.residual for move in ticked for i in owed.get(move, ()))
        currency = ticked.currency_id[:1] or request.env.company.currency_id
        if former:
            return {
                "amount": _write_amount(former.amount, currency),
                "date": str(former.date),
            }
        one = len(ticked.currency_id) == 1
        return {"amount": _write_amount(amount, currency) if one else "", "date": ""}


def _read_day(text):
    try:
        return date.fromisoformat((text or "")[:MAX_TYPED])
    except ValueError:
        return None


def _write_amount(amount, currency):
    """Return an amount as the customer would type it, in the way of their language."""
    lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
    text = f"{amount:.{currency.decimal_places}f}"
    return text.replace(".", lang.decimal_point or ".")
