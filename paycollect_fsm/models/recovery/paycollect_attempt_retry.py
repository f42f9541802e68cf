# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...rules import declines, retry
from ...rules.approval import find_causes
from ...rules.const import (
    DECLINED,
    OCCASION_DECLINED,
    OPEN_STATES,
)
from ...rules.triggers import CUSTOMER, POLICY
from .paycollect_attempt_authenticate import POSSIBLE

_logger = logging.getLogger(__name__)

BATCH = 100


class PaycollectAttempt(models.Model):
    """What follows a decline: facts → rule → decision → retry, message or activity."""

    _inherit = "paycollect.attempt"

    decline_kind = fields.Selection(
        list(declines.KIND_LABELS.items()),
        string="Decline Type",
        readonly=True,
        help="What the decline means. If empty, the decline code is unknown and the "
        "charge isn't retried automatically.",
    )
    follow_up_code = fields.Char(string="Follow-up Code", readonly=True)
    follow_up = fields.Char(
        string="Follow-up",
        compute="_compute_follow_up",
        help="What happens after the decline, and why.",
    )
    next_attempt_id = fields.Many2one(
        "paycollect.attempt",
        readonly=True,
        index="btree_not_null",
    )
    escalate_at = fields.Datetime(
        string="Notify Accounting On",
        readonly=True,
        help="If the customer hasn't acted by then, accounting receives an activity.",
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
        """Record the decline type, and what it means for the payment method."""
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
                    "The customer withdrew consent at the bank: %(text)s",
                    text=self._get_decline_row().staff_text or self.reason,
                ),
                now,
            )

    # -- decision --------------------------------------------------------------

    def _follow_canceled(self, now):
        """Follow up on an attempt whose method can no longer be charged.

        Decides again after the decline that planned this retry. If it was no retry,
        plans a charge to the customer's next method.
        """
        declined = self.search([("next_attempt_id", "=", self.id)], limit=1)
        if declined:
            declined._follow_decline(now)
        elif self._get_authorizer() == POLICY:
            self.move_id._plan_collection(self.trigger, now)

    def _follow_decline(self, now):
        """Decide and do what follows this decline, in the transaction that records it.

        The provider's response is kept even if something goes wrong here. After a
        conflict with another transaction it is decided again in a job; any other error
        creates an activity.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                if not self.follow_up_code:
                    self._set_decline_meaning(now)
                self._follow(now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            _logger.info("Attempt %s will be decided later: %s", self.id, error)
            self._enqueue_decision()
        except Exception:
            _logger.exception("Attempt %s: the follow-up failed", self.id)
            self._report_exhausted(
                self.env._("An internal error prevented the next step.")
            )

    def _enqueue_decision(self):
        """Queue a job that decides in its own transaction and sees recent changes."""
        self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"paycollect.attempt.decide.{self.id}",
            description=self.env._(
                "Decide the next step after the decline of %(invoice)s",
                invoice=self.move_id.name,
            ),
        )._decide_again()

    def _decide_again(self, now=None):
        """Decide what couldn't be decided when the decline was recorded.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        attempt, now = self._as_system(), now or fields.Datetime.now()
        if attempt.state != DECLINED or attempt.follow_up_code:
            return
        others = attempt.move_id.collection_attempt_ids - attempt
        if any(other.state in OPEN_STATES for other in others):
            attempt._set_decline_meaning(now)  # another charge is already in progress
        else:
            attempt._follow_decline(now)

    def _follow(self, now):
        """Plan a retry, ask the customer, or notify accounting; nothing if paid."""
        move = self.move_id
        if not move._is_owed():
            return
        tokens = self._get_retry_methods()
        decision = self._decide_next(tokens, now)
        self.follow_up_code = decision.reason
        match decision:
            case retry.Retry():
                self._plan_retry(tokens[decision.method], decision, now)
                if decision.notify:
                    move._reset_notifications()
                if decision.at > now:
                    move._notify_customer(OCCASION_DECLINED, now)
            case retry.AskCustomer():
                self.escalate_at = now + timedelta(
                    days=move._get_retry_plan().answer_days
                )
                move._notify_customer(OCCASION_DECLINED, now)
            case retry.Person(reason="merchant"):
                self._report_exhausted()
            case _:
                move._notify_customer(OCCASION_DECLINED, now)
                self._report_exhausted()

    def _get_retry_methods(self):
        """Hook: return the methods that a retry may charge, in order."""
        return self.move_id._get_methods_in_order()

    def _decide_next(self, tokens, now):
        """Return the decision of the pure rule, see ``retry.next_step``."""
        move = self.move_id
        amount = move._get_collectable(now)[move].ask(ahead=True)
        refused = move.collection_mode != "auto" or bool(
            find_causes(move._get_review(now), amount)
        )
        if self.asked_amount:  # a user chose to charge a part, and chooses again
            return retry.Person("not_automatic")
        if refused and self._get_authorizer() != CUSTOMER:
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
        """Return the method's key. If the method is gone, other copies of the same card
        may still be charged, so it gets a key of its own."""
        self.ensure_one()
        if self._get_meaning().is_gone:
            return f"gone {self.token_id.id}"
        return self.token_id._get_method_key()

    def _prepare_charge_facts(self, now):
        """Add the card networks' caps."""
        token = self.token_id
        times = token._get_decline_times(now)[token._get_method_key()]
        caps = retry.get_caps(
            token._get_network(), self.move_id._get_retry_plan().network_cap
        )
        cap_until = retry.cap_free_at(times, caps, now)
        return super()._prepare_charge_facts(now) | {"cap_until": cap_until}

    # -- side effects ----------------------------------------------------------

    def _plan_retry(self, token, decision, now):
        self.env["paycollect.attempt"].flush_model(["state"])
        move = self.move_id
        amount = move._get_collectable(now)[move].ask(ahead=True)
        attempt = self.create(self._prepare_retry_vals(token, decision.at, amount))
        self.next_attempt_id = attempt
        attempt._enqueue(now)

    def _prepare_retry_vals(self, token, at, amount):
        """Return the values of the retry of this attempt."""
        vals = self.move_id._prepare_attempt_vals(token, "retry", at, amount)
        return vals | self._get_origin_vals()

    def _get_origin_vals(self):
        """Hook: return what the customer set up that this charge is for, and with it
        its limits. A charge that takes its place is for the same."""
        return {}

    def _report_exhausted(self, text=None, summary=None):
        """Notify accounting that no automatic options are left.

        :param summary: what happened; default: that the payment was declined
        """
        self.ensure_one()
        self.company_id._schedule_collection_activity(
            self.move_id,
            summary or self.env._("Payment declined"),
            self.env._(
                "%(history)s %(text)s Contact the customer, charge another payment "
                "method with “Collect Now,” or arrange another way to pay.",
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
        """Notify accounting once that the customer hasn't responded."""
        if not self.try_lock_for_update() or not self.escalate_at:
            return
        self.escalate_at = False
        move = self.move_id
        answered = move._has_open_attempt() or move._get_sent_attempts()[-1:] != self
        if move._is_owed() and not answered:
            self._report_exhausted(self.env._("The customer hasn't responded."))

    # -- texts -----------------------------------------------------------------

    def _get_follow_up_texts(self):
        _ = self.env._
        return {
            "same": _(
                "It will be retried automatically; this kind of decline is often "
                "temporary."
            ),
            "network_wait": _("It will be retried once the card network allows it."),
            "cap": _(
                "It will be retried once the card networks' decline limit allows it."
            ),
            "backup": _("The customer's next payment method will be charged instead."),
            "new": _(
                "The customer's newly added payment method will be charged instead."
            ),
            "fraud": _(
                "No other payment method will be charged after this kind of decline; "
                "the customer must add a new one."
            ),
            "authenticate": _(
                "It won't be retried automatically; the customer must confirm the "
                "payment."
            ),
            "customer": _("The customer must update the payment method."),
            "new_method": _("The customer must add another payment method."),
            "exhausted": _("No automatic options are left."),
            "merchant": _(
                "This needs fixing on our side; the customer was not notified."
            ),
            "unknown_code": _(
                "The decline code is unknown, so it won't be retried automatically."
            ),
            "not_automatic": _("The policy doesn't charge this invoice automatically."),
            "not_presented": _(
                "It won't be resubmitted automatically; accounting must decide."
            ),
        }
