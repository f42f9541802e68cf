# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.installment import (
    ACCEPTED,
    BROKEN,
    KEPT,
    OFFERED,
)
from odoo.addons.paycollect_fsm.rules.links import ANSWER

from .customer import check_may_act, find_own, may_act
from .scheduled import PaycollectScheduledPages

PLANS = "/my/plans"
BY_HAND = "none"
PLAN_COOKIE = "paycollect_plan"


class PaycollectPlanPages(PaycollectScheduledPages):
    """A customer sees, accepts or declines a payment plan: logged in, or by a link.

    Which plans and methods are theirs is read on the server; the form only chooses
    among them.
    """

    # -- logged in -------------------------------------------------------------------

    @http.route(PLANS, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_plan(self, plan="", method="", done="", **_kwargs):
        """Show one plan; without one, the page that lists them."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not plan:
            return request.redirect("/my/scheduled")
        return self._render_my_plan(link, self._find_plan(link, plan), method, done)

    @http.route(
        f"{PLANS}/accept", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_plan_accept(self, plan="", **form):
        """Accept an offer with the text that was read and agreed to."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._find_plan(link, plan)
        if problem := self._accept_plan(link, found, "portal", form):
            return self._render_my_plan(link, found, form.get("method"), "", problem)
        return request.redirect(f"{PLANS}?plan={found.id}&done=accepted")

    @http.route(
        f"{PLANS}/decline", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_plan_decline(self, plan="", **_form):
        """Decline an offer."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._find_plan(link, plan)
        if problem := self._decline_plan(found):
            return self._render_my_plan(link, found, "", "", problem)
        return request.redirect(f"{PLANS}?plan={found.id}&done=declined")

    @http.route(
        f"{PLANS}/end", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_plan_end(self, plan="", **_form):
        """Ask to end an accepted plan; nothing is charged from then on."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._find_plan(link, plan)
        if problem := self._end_plan(found):
            return self._render_my_plan(link, found, "", "", problem)
        return request.redirect(f"{PLANS}?plan={found.id}")

    @http.route(
        f"{PLANS}/pay", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_plan_pay(self, plan="", **_form):
        """Lead to the page that pays the next part."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._go_on(link, self._find_plan(link, plan), "invoice")

    # -- by a link -------------------------------------------------------------------

    def _render_plan_page(self, link, token, transaction=None, problem=""):
        """Render the plan of a link's invoice or order.

        :param transaction: not used; a plan's own page takes no payment
        """
        plan = self._get_linked_plan(link)
        if not plan:
            return self._render_no_page(link, token)
        args = request.httprequest.args
        values = self._get_collection_page_values(link, token)
        values |= self._get_plan_values(link, plan, args.get("method"), problem)
        values |= {
            "done": args.get("done", ""),
            "action": f"/pay/{token}/plan",
            "page": f"/pay/{token}",
            "by_link": True,
            "collection_may_act": True,
        }
        return self._render_collection("paycollect_portal.plan_link", values)

    @http.route(
        "/pay/<string:token>/plan",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        multilang=False,
        sitemap=False,
    )
    def collection_pay_plan(self, token, act="", **form):
        """Accept, decline or end the plan of a link, or go on to pay or add a
        method."""
        now = fields.Datetime.now()
        link, problem = self._open_collection_link(token, now, ANSWER)
        if problem:
            return self._render_collection_problem(problem)
        link = self._in_customer_language(link)
        plan = self._get_linked_plan(link)
        if not plan:
            return self._render_no_page(link, token)
        if act in ("invoice", "method"):
            self._set_collection_cookie(token, PLAN_COOKIE)
            return self._go_on(link, plan, act)
        if act == "decline":
            problem, done = self._decline_plan(plan), "declined"
        elif act == "end":
            problem, done = self._end_plan(plan), "end"
        else:
            form["link_id"] = link.id
            problem, done = self._accept_plan(link, plan, "link", form), "accepted"
        if problem:
            return self._render_plan_page(link, token, problem=problem)
        return request.redirect(f"/pay/{token}?done={done}")

    def _get_collection_done_values(self, link, token, transaction):
        """Lead whoever added a method for a plan back to it: it isn't accepted yet."""
        values = super()._get_collection_done_values(link, token, transaction)
        back = request.httprequest.cookies.get(PLAN_COOKIE)
        if not back or values["outcome"] != "saved":
            return values
        found, problem = self._open_collection_link(back, fields.Datetime.now(), ANSWER)
        if problem or found.partner_id != link.partner_id:
            return values
        plan = self._get_linked_plan(found)
        return values | {"plan_url": plan.state == OFFERED and f"/pay/{back}"}

    def _get_linked_plan(self, link):
        """Return the plan (sudo) of the link's document: the one that is offered or in
        force, else the newest."""
        field = "move_id" if link.move_id else "order_id"
        if not (document := link[field]):
            return request.env["paycollect.installment.plan"].sudo()
        own = self._get_own_plans(link).filtered(lambda plan: plan[field] == document)
        live = own.filtered(lambda plan: not (plan.canceled_at or plan.declined_at))
        offers = live.filtered(lambda plan: not plan.accepted_at)
        return (offers or live or own)[:1]

    # -- both ------------------------------------------------------------------------

    def _get_own_plans(self, link):
        plans = request.env["paycollect.installment.plan"].sudo()
        customer = link.partner_id.commercial_partner_id
        return plans._find_own(customer, link.company_id)

    def _find_plan(self, link, text):
        """:raise NotFound: if the plan isn't the customer's"""
        if not (found := find_own(self._get_own_plans(link), text)):
            raise request.not_found()
        return found

    def _choose_method(self, plan, text):
        """Return the chosen method (sudo), or none for paying by hand."""
        today = plan.company_id._get_today(fields.Datetime.now())
        methods = plan._get_offered_methods(today)
        if text == BY_HAND and not plan.needs_method:
            return methods, methods.browse()
        return methods, find_own(methods, text or "") or methods[:1]

    def _accept_plan(self, link, plan, channel, form):
        """Return why it couldn't be accepted, or an empty string.

        A second tap of the button finds the plan accepted and leads to the same page.
        """
        if plan._is_in_force():
            return ""
        _methods, token = self._choose_method(plan, form.get("method"))
        if form.get("mark") != plan._get_mark(plan._get_agreement(token)):
            return request.env._(
                "The terms have changed since you opened this page. Please read them "
                "again."
            )
        if form.get("agreed") != "1":
            return request.env._("Please confirm that you agree.")
        values = {
            "ip_address": request.httprequest.remote_addr,
            "lang": request.env.lang,
            "link_id": form.get("link_id", False),
        }
        try:
            with request.env.cr.savepoint():
                now = fields.Datetime.now()
                plan._accept(link.partner_id, token or None, channel, now, **values)
        except UserError as error:
            return str(error)
        return ""

    def _decline_plan(self, plan):
        if plan.declined_at:
            return ""
        try:
            plan._decline(fields.Datetime.now())
        except UserError as error:
            return str(error)
        return ""

    def _end_plan(self, plan):
        try:
            with request.env.cr.savepoint():
                plan._ask_to_end(fields.Datetime.now())
        except UserError as error:
            return str(error)
        return ""

    def _go_on(self, link, plan, purpose):
        """Lead to the page behind a link of its own: pay, or add a method."""
        links = request.env["paycollect.link"].sudo()
        url = links._issue(
            link.partner_id, purpose, link.company_id, move=plan.move_id or None
        )
        return request.redirect(url, local=False)

    def _get_plan_values(self, link, plan, method, problem):
        methods, token = self._choose_method(plan, method)
        text = plan._get_agreement(token) if token or not plan.needs_method else ""
        return {
            "plan_sudo": plan,
            "is_offer": plan.state == OFFERED,
            "methods_sudo": methods,
            "token_sudo": token,
            "text": text,
            "mark": plan._get_mark(text),
            "problem": problem,
            "format_day": lambda day: format_day(request.env, day),
            "can_pay": plan._is_in_force() and plan.move_id._is_owed(),
            "charging": plan._get_charging_text(),
            "can_end": plan.state in (ACCEPTED, KEPT, BROKEN) and not plan.end_asked_at,
        }

    def _render_my_plan(self, link, plan, method, done, problem=""):
        values = self._get_plan_values(link, plan, method, problem) | {
            "page_name": "collection_scheduled",
            "done": done,
            "action": PLANS,
            "page": PLANS,
            "by_link": False,
            "collection_may_act": may_act(),
        }
        return self._render_schedule("plan_page", link, values)
