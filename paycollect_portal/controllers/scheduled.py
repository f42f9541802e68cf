# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from datetime import date, timedelta

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from ..rules import scheduled
from .autopay import PaycollectAutopayPages
from .customer import check_may_act

SCHEDULED = "/my/scheduled"
NEW = f"{SCHEDULED}/new"
LISTED = 40
MAX_ITEMS = 1000


class PaycollectScheduledPages(PaycollectAutopayPages):
    """Payments that a customer schedules, changes and cancels.

    What is paid is computed on the server: the browser chooses among the customer's own
    open items and methods, and a day.
    """

    @http.route(SCHEDULED, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_scheduled(self, done="", **_kwargs):
        """Show what is scheduled and what became of it."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_scheduled(link, done)

    @http.route(NEW, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_scheduled_new(self, change="", **typed):
        """Show the form: items, day and method; then what will be charged."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_scheduled_form(link, typed, change)

    @http.route(
        f"{SCHEDULED}/plan", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_scheduled_plan(self, mark="", change="", **typed):
        """Schedule what the page showed; a change replaces the former payment."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        former = self._get_changeable(link, change)
        choice = self._read_scheduled(link, typed, former)
        if choice["problems"] or mark != choice["mark"]:
            return self._render_scheduled_form(link, typed, change, stale=True)
        try:
            if former:
                former._cancel()
        except UserError as error:
            return self._render_scheduled(link, problem=str(error))
        payments = request.env["paycollect.scheduled.payment"].sudo()
        payments._plan(link.partner_id, choice["lines"], choice["day"], choice["token"])
        done = "changed" if former else "planned"
        return request.redirect(f"{SCHEDULED}?done={done}")

    @http.route(
        f"{SCHEDULED}/cancel", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_scheduled_cancel(self, payment="", **_kwargs):
        """Cancel one of the customer's payments, until the day before."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._get_changeable(link, payment)
        try:
            found._cancel()
        except UserError as error:
            return self._render_scheduled(link, problem=str(error))
        return request.redirect(f"{SCHEDULED}?done=canceled")

    # -- whose ---------------------------------------------------------------------

    def _get_own_scheduled(self, link, *domain, limit=None):
        """Return the payments (sudo) that the customer scheduled."""
        payments = request.env["paycollect.scheduled.payment"].sudo()
        return payments.search(
            [
                ("partner_id", "=", link.partner_id.commercial_partner_id.id),
                ("company_id", "=", link.company_id.id),
                *domain,
            ],
            limit=limit,
        )

    def _get_changeable(self, link, text):
        """Return the customer's payment with this ID, or none if no ID is given.

        :raise NotFound: if it isn't theirs, or can't be changed anymore
        """
        payments = request.env["paycollect.scheduled.payment"].sudo()
        if not text:
            return payments
        planned = self._get_own_scheduled(link, ("state", "=", scheduled.PLANNED))
        found = planned.filtered(lambda p: str(p.id) == text and p._may_change())
        if not found:
            raise request.not_found()
        return found

    def _get_schedulable(self, link, former):
        """Return the open items that can be scheduled: those asked for, and those of
        the payment that is being changed."""
        return [
            item
            for item in self._get_own_items(link)
            if item.payable
            and (item.is_asked or item.line in former.line_ids)
            and not item.is_credit
        ]

    # -- what was chosen -----------------------------------------------------------

    def _read_scheduled(self, link, typed, former):
        """Return the choice, its amounts and ``{field: sentence}``."""
        company = link.company_id
        today = company._get_today(fields.Datetime.now())
        items = self._get_schedulable(link, former)
        ticked = set(request.httprequest.values.getlist("item")[:MAX_ITEMS])
        chosen = [item for item in items if str(item.line.id) in ticked]
        lines = request.env["account.move.line"].sudo()
        lines = lines.browse(item.line.id for item in chosen)
        methods = self._get_own_methods(link)
        token = methods.filtered(lambda t: str(t.id) == typed.get("token"))
        day = _read_day(typed.get("date"))
        problems = self._find_scheduled_problems(lines, token, day, today)
        amounts = {}
        if not problems:
            payments = request.env["paycollect.scheduled.payment"]
            amounts = payments._get_amounts(lines, day)
            if not amounts:
                problems["item"] = request.env._(
                    "Your credit covers what you selected, or an earlier part of it is "
                    "still open. Please select something else."
                )
        said = [(move.id, amount) for move, amount in amounts.items()]
        mark = f"{company.id},{sorted(lines.ids)},{day},{token.id},{said}"
        return {
            "items": items,
            "lines": lines,
            "token": token,
            "methods": methods,
            "day": day,
            "amounts": amounts,
            "problems": problems,
            "mark": hashlib.sha256(mark.encode()).hexdigest()[:32],
        }

    def _find_scheduled_problems(self, lines, token, day, today):
        _ = request.env._
        problems = {}
        if not lines:
            problems["item"] = _("Please select what you want to pay.")
        elif len(lines.currency_id) > 1:
            problems["item"] = _("Please select items in one currency.")
        if not token:
            problems["token"] = _("Please choose a payment method.")
        elif not token._is_expired_on(today) and day and token._is_expired_on(day):
            problems["token"] = _(
                "%(method)s expires before that day. Please choose another one.",
                method=token._get_label(),
            )
        code = scheduled.find_day_problem(day, today)
        if code == "too_soon":
            problems["date"] = _(
                "Please choose a day after today. To pay today, use your balance page."
            )
        elif code:
            problems["date"] = _("Please choose a day within the next 12 months.")
        return problems

    # -- pages ---------------------------------------------------------------------

    def _render_scheduled(self, link, done="", problem=""):
        customer = link.partner_id.commercial_partner_id
        values = {
            "page_name": "collection_scheduled",
            "payments_sudo": self._get_own_scheduled(link, limit=LISTED),
            "plans": customer._get_installment_plans(link.company_id),
            "done": done,
            "problem": problem,
        }
        return self._render_schedule("scheduled_page", link, values)

    def _render_scheduled_form(self, link, typed, change, stale=False):
        former = self._get_changeable(link, change)
        asks = "review" in typed or stale
        choice = self._read_scheduled(link, typed, former)
        if former and not asks:
            choice["lines"] = former.line_ids
            choice["token"] = former.token_id
            choice["day"] = former.date
        today = link.company_id._get_today(fields.Datetime.now())
        ticked = choice["lines"]
        if not ticked and not asks:
            ticked = ticked.union(*(i.line for i in choice["items"] if i.is_due))
        values = {
            "page_name": "collection_scheduled",
            **{f"chosen_{key}": value for key, value in choice.items()},
            "chosen_lines": ticked,
            "former_sudo": former,
            "problems": choice["problems"] if asks else {},
            "review": asks and not choice["problems"],
            "stale": stale and not choice["problems"],
            "typed": typed,
            "first_day": today + timedelta(days=1),
            "last_day": today + scheduled.FARTHEST,
        }
        return self._render_schedule("scheduled_form", link, values)

    # -- home ----------------------------------------------------------------------

    def _get_planned_amount(self, items):
        lines = request.env["account.move.line"].sudo()
        lines = lines.union(*(item.line for item in items))
        payments = lines._get_scheduled_payments()
        rest = [item for item in items if item.line not in payments]
        own = lines.env["paycollect.scheduled.payment"].union(*payments.values())
        return sum(own.mapped("amount")) + super()._get_planned_amount(rest)


def _read_day(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
