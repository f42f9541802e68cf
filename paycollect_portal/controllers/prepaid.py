# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.http import request

from odoo.addons.paycollect_fsm.models.block.paycollect_hour_refill import BY_CUSTOMER
from odoo.addons.paycollect_fsm.models.company.moments import format_day

from .customer import check_may_act, find_own
from .plan import PaycollectPlanPages

PREPAID = "/my/prepaid"
HISTORY = 60


class PaycollectPrepaidPages(PaycollectPlanPages):
    """What a customer has left of prepaid hours or money, what used it, and whether the
    next block is charged automatically.

    Which blocks and methods are theirs is read on the server; the form only chooses
    among them.
    """

    @http.route(PREPAID, type="http", auth="user", methods=["GET"], website=True)
    def collection_my_prepaid(self, done="", method="", **_kwargs):
        """Show balances and history."""
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        return self._render_prepaid(link, method, done)

    @http.route(
        f"{PREPAID}/refill", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_prepaid_refill(self, block="", method="", mark="", agreed=""):
        """Have next blocks charged, with the text that was read and agreed to."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = self._find_refillable(link, block)
        token = find_own(self._get_refill_tokens(link), method)
        if not token:
            raise request.not_found()
        refills = request.env["paycollect.hour.refill"].sudo()
        text = refills._get_consent_text(found, token)
        if mark != refills._get_text_mark(text):
            problem = request.env._(
                "The terms have changed since you opened this page. Please read them "
                "again."
            )
            return self._render_prepaid(link, method, "", problem)
        if agreed != "1":
            problem = request.env._("Please confirm that you agree.")
            return self._render_prepaid(link, method, "", problem)
        found._serialize()
        if not found._find_agreement():
            refills._start(
                found,
                link.partner_id,
                token,
                fields.Datetime.now(),
                ip_address=request.httprequest.remote_addr,
                lang=request.env.lang,
            )
        return request.redirect(f"{PREPAID}?done=on")

    @http.route(
        f"{PREPAID}/off", type="http", auth="user", methods=["POST"], website=True
    )
    def collection_my_prepaid_off(self, block="", **_kwargs):
        """Don't have next blocks charged anymore, at once."""
        check_may_act()
        if not (link := self._get_own_link()):
            return request.redirect("/my")
        found = find_own(self._get_own_blocks(link), block)
        if not found:
            raise request.not_found()
        found._find_agreement()._stop(BY_CUSTOMER, fields.Datetime.now())
        return request.redirect(f"{PREPAID}?done=off")

    # -- whose -----------------------------------------------------------------------

    def _get_own_blocks(self, link):
        customer = link.partner_id.commercial_partner_id
        return request.env["res.partner"]._find_hour_blocks(customer, link.company_id)

    def _find_refillable(self, link, text):
        """:raise NotFound: if the block isn't the customer's, or isn't refilled"""
        found = find_own(self._get_own_blocks(link), text)
        if not found or not found._offers_refill():
            raise request.not_found()
        return found

    def _get_refill_tokens(self, link):
        today = link.company_id._get_today(fields.Datetime.now())
        refills = request.env["paycollect.hour.refill"].sudo()
        customer = link.partner_id.commercial_partner_id
        return refills._get_offered_methods(customer, link.company_id, today)

    # -- the page --------------------------------------------------------------------

    def _render_prepaid(self, link, method="", done="", problem=""):
        blocks = self._get_own_blocks(link)
        tokens = self._get_refill_tokens(link)
        token = find_own(tokens, method or "") or tokens[:1]
        uses = blocks.use_ids.filtered(
            lambda use: use.is_counted and use.move_id.state == "posted"
        )
        values = {
            "page_name": "collection_prepaid",
            "blocks_sudo": blocks,
            "uses_sudo": uses.sorted("id", reverse=True)[:HISTORY],
            "refills": self._prepare_refills(blocks, token),
            "methods_sudo": tokens,
            "token_sudo": token,
            "done": done,
            "problem": problem,
            "format_day": lambda day: format_day(request.env, day),
        }
        return self._render_schedule("prepaid_page", link, values)

    def _prepare_refills(self, blocks, token):
        """Return for each product that can be refilled what is agreed, or the text to
        agree to."""
        refills = request.env["paycollect.hour.refill"].sudo()
        rows = []
        for product in blocks.product_id:
            block = blocks.filtered(lambda b, p=product: b.product_id == p)[:1]
            agreement = block._find_agreement()
            text = ""
            if not agreement and token and block._offers_refill():
                text = refills._get_consent_text(block, token)
            if agreement or block._offers_refill():
                mark = refills._get_text_mark(text)
                row = {"block": block, "agreement": agreement, "text": text}
                rows.append(row | {"mark": mark})
        return rows

    # -- home ------------------------------------------------------------------------

    def _prepare_collection_home(self, link):
        return super()._prepare_collection_home(link) | {
            "prepaid": bool(self._get_own_blocks(link))
        }
