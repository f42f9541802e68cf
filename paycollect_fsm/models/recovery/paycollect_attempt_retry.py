# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...rules import declines, retry
from ...rules.const import (
    DECLINED,
    OCCASION_DECLINED,
    OPEN_STATES,
)
from ...rules.triggers import POLICY, get_authorizer
from .paycollect_attempt_authenticate import POSSIBLE

_logger = logging.getLogger(__name__)

BATCH = 100


class PaycollectAttempt(models.Model):
    """What follows a decline: facts → rule → decision → try, message or activity."""

    _inherit = "paycollect.attempt"

    decline_kind = fields.Selection(
        [
            (declines.SOFT, "Later"),
            (declines.TRANSIENT, "Passing"),
            (declines.HARD, "Final"),
            (declines.CUSTOMER, "Customer"),
            (declines.MERCHANT, "Ours"),
            (declines.AUTH, "Authentication"),
        ],
        readonly=True,
        help="What the decline means. Empty: nobody knows, so nothing is tried again.",
    )
    follow_up_code = fields.Char(readonly=True)
    follow_up = fields.Char(
        compute="_compute_follow_up",
        help="What was decided after the decline, and why.",
    )
    next_attempt_id = fields.Many2one(
        "paycollect.attempt", string="Next Try", readonly=True, index="btree_not_null"
    )
    escalate_at = fields.Datetime(
        string="Tell Accounting On",
        readonly=True,
        help="The customer was asked; without an answer accounting is told then.",
    )

    _unanswered = models.Index("(escalate_at) WHERE escalate_at IS NOT NULL")
    _first_declines = models.Index(
        "(move_id, sent_at, id) WHERE state = 'declined' OR decline_kind IS NOT NULL"
    )

    @api.depends("follow_up_code")
    @api.depends_context("lang")
    def _compute_follow_up(self):
        texts = self._get_follow_up_texts()
        for attempt in self:
            code = attempt.follow_up_code
            attempt.follow_up = texts.get(code, code)

    # -- meaning ---------------------------------------------------------------

    def _get_meaning(self):
        """Return the :class:`declines.Meaning` of the stored codes."""
        self.ensure_one()
        rows = self.env["paycollect.decline.code"]._get_rows()
        answer = declines.Answer(
            provider=self.token_id.provider_id.code or "",
            decline_code=self.decline_code or "",
            network_code=self.network_code or "",
            advice_code=self.advice_code or "",
            network_advice_code=self.network_advice_code or "",
            outcome_type=self.outcome_type or "",
            network=self.token_id._get_network(),
            status=self.http_status or None,
        )
        return declines.interpret(answer, rows)

    def _get_decline_row(self):
        """Return the ``paycollect.decline.code`` of the decline (sudo), or none."""
        self.ensure_one()
        return self.env["paycollect.decline.code"]._browse_row(
            self.token_id.provider_id.code, self.decline_code
        )

    def _set_decline_meaning(self, now):
        """Note the kind, and what it says about the method itself."""
        self.ensure_one()
        meaning = self._get_meaning()
        self.decline_kind = meaning.kind or False
        if meaning.kind == declines.AUTH and self.transaction_id._can_authenticate():
            self.authentication = POSSIBLE
        if meaning.is_gone:
            self.token_id._set_gone(
                self.decline_code, self._get_decline_row().staff_text or self.reason
            )
            return
        if meaning.kind != declines.HARD and not meaning.ends_consent:
            return
        cards = self.token_id._get_same_method()
        if meaning.kind == declines.HARD:
            cards.refused_at = now
        if meaning.ends_consent:
            cards.consent_ids._revoke(
                self.env._(
                    "The customer withdrew it at the bank: %(text)s",
                    text=self._get_decline_row().staff_text or self.reason,
                ),
                now,
            )

    # -- decision --------------------------------------------------------------

    def _follow_canceled(self, now):
        """Its method cannot be charged any more: decide again after the decline that
        planned this retry, or charge the customer's next method first."""
        declined = self.search([("next_attempt_id", "=", self.id)], limit=1)
        if declined:
            declined._follow_decline(now)
        elif get_authorizer(self.trigger) == POLICY:
            self.move_id._plan_collection(self.trigger, now)

    def _follow_decline(self, now):
        """Decide and do what follows this decline, in the transaction that records it.

        Whatever goes wrong here, the provider's answer is kept: where somebody changed
        the same rows at this moment it is decided again, else a person is told.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self.follow_up_code:
                    self._set_decline_meaning(now)
                self._follow(now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("Attempt %s is decided later: %s", self.id, error)
            self._enqueue_decision()
        except Exception:
            _logger.exception("Attempt %s: nothing could be decided", self.id)
            self._report_exhausted(
                self.env._("An error of ours kept us from deciding what follows.")
            )

    def _enqueue_decision(self):
        """In a transaction of its own, which sees what was changed meanwhile."""
        self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"paycollect.attempt.decide.{self.id}",
            description=self.env._(
                "Decide what follows the decline of %(invoice)s",
                invoice=self.move_id.name,
            ),
        )._decide_again()

    def _decide_again(self, now=None):
        """Decide what could not be decided when the decline was written down.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        attempt, now = self._as_system(), now or fields.Datetime.now()
        if attempt.state != DECLINED or attempt.follow_up_code:
            return
        others = attempt.move_id.collection_attempt_ids - attempt
        if any(other.state in OPEN_STATES for other in others):
            attempt._set_decline_meaning(now)  # something is tried already
        else:
            attempt._follow_decline(now)

    def _follow(self, now):
        """Plan the next try, or ask whoever can help; nothing when it is paid."""
        move = self.move_id
        if not move._is_owed():
            return
        tokens = move._get_methods_in_order()
        decision = self._decide_next(tokens, now)
        self.follow_up_code = decision.reason
        match decision:
            case retry.Retry():
                self._plan_retry(tokens[decision.method], decision)
                if decision.notify:
                    move._reset_notifications()
                if decision.at > now:
                    move._notify_customer(OCCASION_DECLINED)
            case retry.AskCustomer():
                self.escalate_at = now + timedelta(
                    days=move._get_retry_plan().answer_days
                )
                move._notify_customer(OCCASION_DECLINED)
            case retry.Person(reason="merchant"):
                self._report_exhausted()
            case _:
                move._notify_customer(OCCASION_DECLINED)
                self._report_exhausted()

    def _decide_next(self, tokens, now):
        """Return the decision of the pure rule, see ``retry.next_step``."""
        move = self.move_id
        limit = move._get_max_auto_amount()
        amount = move._get_collectable(now)[move].ask(ahead=True)
        if move.collection_mode != "auto" or (limit and amount > limit):
            return retry.Person("not_automatic")
        plan = move._get_retry_plan()
        history = move._get_decline_history()
        if not history:
            return retry.Person("unknown_code")
        return retry.next_step(
            history=history,
            steps=plan._get_steps(),
            methods=[token._get_retry_method(now) for token in tokens],
            declines=tokens._get_decline_times(now),
            zone=move._get_customer_zone(),
            now=now,
            amount=amount,
            visa_cap=plan.network_cap,
        )

    def _get_try(self):
        """Return this decline as a :class:`retry.Try`."""
        self.ensure_one()
        meaning = self._get_meaning()
        return retry.Try(
            at=self.sent_at,
            method=self._get_tried_method(),
            kind=self.decline_kind or "",
            code=self.decline_code or "",
            amount=self.amount,
            is_fraud=meaning.is_fraud,
            max_tries=meaning.max_tries,
            wait=meaning.wait,
        )

    def _get_tried_method(self):
        """The method's key; other copies of one that is gone may still be charged."""
        self.ensure_one()
        if self._get_meaning().is_gone:
            return f"gone {self.token_id.id}"
        return self.token_id._get_method_key()

    def _prepare_charge_facts(self, now):
        """With the card networks' caps."""
        token = self.token_id
        times = token._get_decline_times(now)[token._get_method_key()]
        caps = retry.get_caps(
            token._get_network(), self.move_id._get_retry_plan().network_cap
        )
        cap_until = retry.cap_free_at(times, caps, now)
        return super()._prepare_charge_facts(now) | {"cap_until": cap_until}

    # -- side effects ----------------------------------------------------------

    def _plan_retry(self, token, decision):
        self.env["paycollect.attempt"].flush_model(["state"])
        move = self.move_id
        amount = move._get_collectable()[move].ask(ahead=True)
        attempt = self.create(
            move._prepare_attempt_vals(token, "retry", decision.at, amount)
        )
        self.next_attempt_id = attempt
        attempt._enqueue()

    def _report_exhausted(self, text=None):
        """Tell accounting that nothing automatic is left."""
        self.ensure_one()
        self.company_id._schedule_collection_activity(
            self.move_id,
            self.env._("Payment declined"),
            self.env._(
                "%(history)s %(text)s Talk to the customer, charge another method with "
                "“Collect Now”, or collect it in another way.",
                history=self._get_history_text(),
                text=text or "",
            ),
            code="declined",
        )

    def _search_unanswered(self, now):
        return self.search(
            [("escalate_at", "<=", now)], order="escalate_at", limit=BATCH
        )

    def _escalate(self, _now):
        """The customer was asked and did nothing: tell accounting once."""
        if not self.try_lock_for_update() or not self.escalate_at:
            return
        self.escalate_at = False
        move = self.move_id
        answered = move._has_open_attempt() or move._get_sent_attempts()[-1:] != self
        if move._is_owed() and not answered:
            self._report_exhausted(
                self.env._("The customer was asked and did not answer.")
            )

    # -- texts -----------------------------------------------------------------

    def _get_follow_up_texts(self):
        _ = self.env._
        return {
            "same": _("It is tried again by itself, because this can pass."),
            "network_wait": _("It is tried again when the card network allows it."),
            "cap": _(
                "It is tried again when the card networks' limit for declines "
                "allows it."
            ),
            "backup": _("The customer's next method is charged instead."),
            "new": _("The customer has just added a method, which is charged instead."),
            "fraud": _(
                "No other method is tried after such a code; the customer was asked "
                "for a new one."
            ),
            "authenticate": _(
                "It is not tried again by itself; the customer was asked to confirm "
                "the payment."
            ),
            "customer": _("The customer was asked to correct the method."),
            "new_method": _("The customer was asked for another method."),
            "exhausted": _("Nothing is left that could be tried by itself."),
            "merchant": _("This is ours to mend; the customer was not written to."),
            "unknown_code": _(
                "Nobody knows what the code means, so it is not tried again by itself."
            ),
            "not_automatic": _("The policy does not charge this invoice by itself."),
            "not_presented": _(
                "It is not presented again by itself; a person decides."
            ),
        }
