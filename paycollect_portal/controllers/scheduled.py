# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from datetime import date, timedelta
from urllib.parse import urlencode

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
        former = self._get_own_payment(link, change)
        if former and not former._may_change():
            return self._render_scheduled(link, problem=self._get_late_text())
        return self._render_scheduled_form(link, typed, former)

    @http.route(
        f"{SCHEDULED}/plan", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_scheduled_plan(self, mark="", change="", **typed):
        """Schedule what the page showed; a change replaces the former payment.

        A second tap of the button finds its payment and leads to the same page.
        """
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        customer = link.partner_id.commercial_partner_id
        request.env["paycollect.autopay"].sudo()._serialize(customer)
        former = self._get_own_payment(link, change)
        done = f"{SCHEDULED}?done={'changed' if former else 'planned'}"
        is_late = former and not former._may_change()
        if (is_late or not former) and self._find_same(link, typed):
            return request.redirect(done)
        if is_late:
            return self._render_scheduled(link, problem=self._get_late_text())
        choice = self._read_scheduled(link, typed, former)
        if choice["problems"] or mark != choice["mark"]:
            return self._render_scheduled_form(link, typed, former, stale=True)
        try:
            if former:
                former._cancel()
        except UserError as error:
            return self._render_scheduled(link, problem=str(error))
        payments = request.env["paycollect.scheduled.payment"].sudo()
        payments._plan(link.partner_id, choice["lines"], choice["day"], choice["token"])
        return request.redirect(done)

    @http.route(
        f"{SCHEDULED}/cancel", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_scheduled_cancel(self, payment="", **_kwargs):
        """Cancel one of the customer's payments, until the day before."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._get_own_payment(link, payment)
        if not found:
            raise request.not_found()
        if found.state == scheduled.CANCELED:
            return request.redirect(f"{SCHEDULED}?done=canceled")
        if not found._may_change():
            return self._render_scheduled(link, problem=self._get_late_text())
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

    def _get_own_payment(self, link, text):
        """Return the customer's payment with this ID, or none if no ID is given.

        :raise NotFound: if it isn't theirs
        """
        payments = request.env["paycollect.scheduled.payment"].sudo()
        if not text:
            return payments
        found = self._get_own_scheduled(link).filtered(lambda p: str(p.id) == text)
        if not found:
            raise request.not_found()
        return found

    def _find_same(self, link, typed):
        """Return what is scheduled with just these items, day and method."""
        planned = self._get_own_scheduled(link, ("state", "=", scheduled.PLANNED))
        said = (_get_ticked(), typed.get("date"), typed.get("token"))
        return planned.filtered(
            lambda p: (
                (set(map(str, p.line_ids.ids)), str(p.date), str(p.token_id.id)) == said
            )
        )

    def _get_late_text(self):
        return request.env._(
            "That payment can't be changed or canceled anymore. See below what became "
            "of it."
        )

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
        ticked = _get_ticked()
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
        if code == "missing":
            problems["date"] = _("Please choose a day.")
        elif code == "too_soon":
            problems["date"] = _(
                "Please choose a day after today. To pay today, use your balance page."
            )
        elif code:
            problems["date"] = _("Please choose a day within the next 12 months.")
        return problems

    def _prepare_back(self, choice, former):
        """Return the query of the form with what was chosen."""
        return [
            *(("item", line_id) for line_id in choice["lines"].ids),
            ("date", choice["day"] or ""),
            ("token", choice["token"].id or ""),
            ("change", former.id or ""),
        ]

    # -- pages ---------------------------------------------------------------------

    def _render_scheduled(self, link, done="", problem=""):
        customer = link.partner_id.commercial_partner_id
        payments = self._get_own_scheduled(link, limit=LISTED)
        next_ones = payments.filtered(lambda p: p.state == scheduled.PLANNED)
        next_ones = next_ones.sorted("date")
        wanted = [(payment.line_ids, payment.amount) for payment in next_ones]
        items = self._get_own_items(link) if wanted else []
        credits = customer._share_credit(link.company_id, items, wanted)
        values = {
            "page_name": "collection_scheduled",
            "payments_sudo": next_ones | payments,
            "credits": dict(zip(next_ones.ids, credits, strict=True)),
            "held": payments._get_held_texts(
                link.company_id._get_today(fields.Datetime.now())
            ),
            "plans": customer._get_installment_plans(link.company_id),
            "done": done,
            "problem": problem,
        }
        return self._render_schedule("scheduled_page", link, values)

    def _render_scheduled_form(self, link, typed, former, stale=False):
        asks = "review" in typed or stale
        choice = self._read_scheduled(link, typed, former)
        if former and not asks and "date" not in typed:
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
            "back": f"{NEW}?{urlencode(self._prepare_back(choice, former))}",
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
        owed = sum(item.to_pay for item in items if item.line in payments)
        planned = min(sum(own.mapped("amount")), owed)
        return planned + super()._get_planned_amount(rest)


def _get_ticked():
    return set(request.httprequest.values.getlist("item")[:MAX_ITEMS])


def _read_day(text):
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
