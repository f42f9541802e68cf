# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.contact import find_emails

from ..rules import disputes, people
from .balance_portal import PaycollectBalancePortal
from .customer import check_may_act, find_own, may_act

PEOPLE = "/my/people"


class PaycollectPeople(PaycollectBalancePortal):
    """Who of a customer has access to the portal, and inviting a colleague."""

    @http.route(PEOPLE, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_people(self, done="", **_kwargs):
        """Show who has access, and what is open of invitations."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_people(link, done=done)

    @http.route(
        f"{PEOPLE}/invite", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_people_invite(self, **form):
        """Ask for an invitation; the answer is the same whoever has the address."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        wish = people.read_wish(
            form.get("name"), form.get("email"), form.get("role"), form.get("copies")
        )
        found = people.find_problems(wish, find_emails(wish.email))
        problems = {
            name: self._get_wish_text(name, code) for name, code in found.items()
        }
        if not problems:
            invitations = request.env["paycollect.invitation"].sudo()
            try:
                invitations._ask(link.partner_id, link.company_id, wish)
            except UserError as error:
                problems["form"] = str(error)
            else:
                return request.redirect(f"{PEOPLE}?done=invited")
        return self._render_people(link, typed=form, problems=problems)

    @http.route(
        f"{PEOPLE}/again", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_people_again(self, invitation="", **_kwargs):
        """Send one of the customer's open invitations again."""
        return self._act_on_invitation(invitation, "_ask_again", "invited")

    @http.route(
        f"{PEOPLE}/withdraw", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_people_withdraw(self, invitation="", **_kwargs):
        """Withdraw one of the customer's open invitations."""
        return self._act_on_invitation(invitation, "_withdraw", "withdrawn")

    @http.route(
        f"{PEOPLE}/change", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_people_change(self, person="", role="", copies="", **_kwargs):
        """Change what a colleague may do, and whether they get copies."""
        return self._act_on_person(
            person,
            "changed",
            lambda one, link: one._set_person(
                link.partner_id, role, copies == "1", link.company_id
            ),
        )

    @http.route(
        f"{PEOPLE}/remove", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_people_remove(self, person="", **_kwargs):
        """End a colleague's access."""
        return self._act_on_person(
            person,
            "removed",
            lambda one, link: one._remove_person(link.partner_id, link.company_id),
        )

    def _act_on_invitation(self, text, method, done):
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not (row := find_own(self._get_own_invitations(link), text)):
            raise request.not_found()
        try:
            getattr(row, method)(link.partner_id)
        except UserError as error:
            return self._render_people(link, problem=str(error))
        return request.redirect(f"{PEOPLE}?done={done}")

    def _act_on_person(self, text, done, act):
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        if not (person := find_own(self._get_own_contacts(link), text)):
            raise request.not_found()
        try:
            act(person, link)
        except UserError as error:
            return self._render_people(link, problem=str(error))
        return request.redirect(f"{PEOPLE}?done={done}")

    # -- whose records --------------------------------------------------------------

    def _get_own_contacts(self, link):
        """Return the customer and its contacts (sudo), with access or without, but
        none whom only an invitation shows."""
        customer = link.partner_id.commercial_partner_id
        domain = [("commercial_partner_id", "=", customer.id)]
        invited = request.env["paycollect.invitation"]._find_contacts(customer)
        return request.env["res.partner"].sudo().search(domain) - invited

    def _get_own_invitations(self, link):
        customer = link.partner_id.commercial_partner_id
        rows = request.env["paycollect.invitation"]
        return rows._find_pending(customer, link.company_id)

    # -- what was typed -------------------------------------------------------------

    def _get_wish_text(self, name, code):
        _ = request.env._
        match name, code:
            case "name", people.INVALID:
                return _("Please enter a name without a web or email address.")
            case "name", disputes.TOO_LONG:
                return _(
                    "This name is longer than %(limit)s characters. Please shorten it.",
                    limit=people.MAX_NAME,
                )
            case "name", _code:
                return _("Please enter your colleague's name.")
            case "email", disputes.MISSING:
                return _("Please enter your colleague's email address.")
            case "email", _code:
                return _("Please enter one email address, such as ann@example.com.")
        return _("Please choose what your colleague may do.")

    # -- the page ---------------------------------------------------------------------

    def _render_people(self, link, done="", problem="", typed=None, problems=None):
        pending = self._get_own_invitations(link)
        customer = link.partner_id.commercial_partner_id
        shown = customer._get_people() - pending._find_contacts(customer)
        page = self._prepare_portal_layout_values()
        page |= {
            "page_name": "collection_people",
            "res_company": link.company_id,
            "people": [self._prepare_person(one, link) for one in shown],
            "pending": [self._prepare_pending(row) for row in pending],
            "roles": self._get_role_labels(),
            "is_company": link.partner_id._has_colleagues(),
            "collection_may_act": may_act(),
            "max_name": people.MAX_NAME,
            "done": done,
            "problem": problem,
            "typed": typed or {},
            "problems": problems or {},
        }
        return request.render("paycollect_portal.people", page)

    def _prepare_person(self, person, link):
        role, is_main = person._get_role(), person._is_main_login()
        seen = max(filter(None, person.user_ids.mapped("login_date")), default=None)
        return {
            "id": person.id,
            "name": person.name or person.email,
            "email": person.email,
            "role": role,
            "role_label": self._get_role_labels()[role],
            "copies": person.collection_gets_copies,
            "seen": format_day(request.env, seen) if seen else None,
            "is_self": person == link.partner_id,
            "is_main": is_main,
        }

    def _prepare_pending(self, row):
        return {
            "id": row.id,
            "name": row.name,
            "email": row.email,
            "role_label": self._get_role_labels()[row.role],
            "copies": row.gets_copies,
            "asked_on": format_day(request.env, row.asked_at),
        }

    def _get_role_labels(self):
        field = request.env["res.partner"]._fields["collection_role"]
        return dict(field._description_selection(request.env))
