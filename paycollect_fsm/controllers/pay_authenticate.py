# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request

from ..rules.links import CONFIRM
from .pay import PaycollectPay


class PaycollectPayAuthenticate(PaycollectPay):
    """The page where a customer confirms a declined charge with the bank.

    The provider is called when the button is clicked, never when the page opens.
    """

    def _render_authentication_page(self, link, token):
        if not link.move_id:
            return self._render_no_page(link, token)
        return self._render_collection(
            "paycollect_fsm.pay_authenticate",
            {
                **self._get_collection_page_values(link, token),
                **self._get_authentication_page_values(link, token),
            },
        )

    def _get_authentication_page_values(self, link, token):
        move = link.move_id
        problem = self._get_authentication_problem(move)
        attempt = self._get_authentication_attempt(move)
        return {
            "move_sudo": move,
            "attempt_sudo": attempt,
            "problem": problem,
            "route": f"/pay/{token}/authenticate",
            "pay_url": move._get_pay_link() if problem != "paid" else False,
            "receipt_by_mail": bool(link.partner_id._get_collection_email()),
            "pending": attempt.transaction_id.state == "pending",
        }

    @http.route("/pay/<string:token>/authenticate", type="jsonrpc", auth="public")
    def collection_authenticate(self, token, **_kwargs):
        """Return what the browser needs to start the bank's confirmation.

        :return: ``flow`` and its values, or an ``outcome``: ``paid``, ``failed``,
            ``busy`` or ``closed``, with a ``message`` for the customer
        """
        link, outcome = self._open_authentication_link(token)
        if outcome:
            return outcome
        attempt = self._get_authentication_attempt(link.move_id)
        if not self._lock_authentication(attempt):
            return self._get_authentication_outcome("busy")
        if problem := self._get_authentication_problem(link.move_id):
            return self._get_authentication_outcome(problem)
        try:
            values = attempt._open_authentication(fields.Datetime.now())
        except ValidationError:
            return self._get_authentication_outcome("unreachable")
        return values or self._get_authentication_result(link)

    @http.route("/pay/<string:token>/authenticate/check", type="jsonrpc", auth="public")
    def collection_authenticate_check(self, token, confirmed=None, **_kwargs):
        """Check the outcome of the bank's confirmation.

        :param confirmed: the choice at a simulated bank; None: ask the provider
        :return: ``outcome`` and ``message``
        :raise BadRequest: unless the choice is a boolean
        """
        if confirmed is not None and not isinstance(confirmed, bool):
            raise BadRequest()
        link, outcome = self._open_authentication_link(token)
        if outcome:
            return outcome
        attempt = self._get_authentication_attempt(link.move_id)
        if not self._lock_authentication(attempt):
            return self._get_authentication_outcome("waiting")
        if attempt.authentication != "possible":
            return self._get_authentication_result(link)
        if confirmed is not None:
            if problem := self._get_authentication_problem(link.move_id):
                return self._get_authentication_outcome(problem)
        try:
            message = attempt._check_authentication(confirmed)
        except ValidationError:
            return self._get_authentication_outcome("waiting")
        return self._get_authentication_result(link, message)

    def _open_authentication_link(self, token):
        """Return ``(link, None)``, or ``(link, outcome)`` for a bad link."""
        link, problem = self._open_collection_link(
            token, fields.Datetime.now(), CONFIRM
        )
        if problem or not link.move_id:
            failure = self._get_collection_failure(problem or "unknown")
            return link, {"outcome": "closed", "message": failure["state_message"]}
        return self._in_customer_language(link), None

    def _get_authentication_attempt(self, move):
        """Return the attempt to confirm, or else the last one that could be."""
        attempts = move.collection_attempt_ids.filtered("authentication").sorted("id")
        attempt = move._get_open_authentications()[-1:] or attempts[-1:]
        return attempt._as_system().with_context(lang=request.env.lang)

    def _get_authentication_problem(self, move):
        return move._get_authentication_problem(fields.Datetime.now())

    def _lock_authentication(self, attempt):
        """Lock the attempt and its invoice; a charge in progress takes precedence."""
        return not attempt or (
            attempt.try_lock_for_update() and attempt.move_id.try_lock_for_update()
        )

    def _get_authentication_result(self, link, message=""):
        move = link.move_id
        problem = self._get_authentication_problem(move)
        attempt = self._get_authentication_attempt(move)
        if problem == "paid" or attempt.state == "paid":
            link._set_used(fields.Datetime.now())
            return self._get_authentication_outcome("paid")
        if attempt.transaction_id.state == "pending":
            return self._get_authentication_outcome("paid")  # the page says more
        return self._get_authentication_outcome(problem or "failed", message)

    def _get_authentication_outcome(self, outcome, message=""):
        _ = request.env._
        texts = {
            "paid": "",
            "failed": _(
                "The payment wasn't confirmed, so nothing was charged. You can try "
                "again or pay another way."
            ),
            "busy": _(
                "Another payment for this invoice is in progress. Please check again "
                "in a few minutes."
            ),
            "changed": _(
                "The amount due is now lower than the amount you were asked to "
                "confirm. Please pay the remaining balance another way."
            ),
            "gone": _("This payment can no longer be confirmed."),
            "unreachable": _(
                "We can't reach the payment provider right now. Nothing was charged. "
                "Please try again in a few minutes."
            ),
            "waiting": _(
                "Your bank hasn't responded yet. You don't need to wait or pay again: "
                "we'll send your receipt once the payment is confirmed."
            ),
        }
        told = ("paid", "failed", "waiting", "busy")
        kind = outcome if outcome in told else "closed"
        if outcome == "unreachable":
            kind = "failed"
        text = " ".join(filter(None, [message, texts[outcome]]))
        return {"outcome": kind, "message": text}
