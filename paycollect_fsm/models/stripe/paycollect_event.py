# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import stripe_events
from ...rules.masking import mask_card_numbers, mask_payload
from ...rules.stripe_events import Verdict

_logger = logging.getLogger(__name__)

NEW = "new"
WAITING = "waiting"
DONE = "done"
IGNORED = "ignored"
FAILED = "failed"
# The sweep leaves fresh events to the job runner.
SWEEP_AFTER = timedelta(minutes=1)
BATCH = 100
BUSY_SECONDS = 5


class PaycollectEvent(models.Model):
    """An event that the provider sent, and its result.

    Stored once, no matter how often and how it arrives; applied once, in one
    transaction with all its effects. Applying an event may read from the provider but
    never changes anything there.
    """

    _name = "paycollect.event"
    _description = "Payment Provider Event"
    _inherit = ["paycollect.worker.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "occurred_at desc, id desc"
    _rec_name = "event_id"

    provider_id = fields.Many2one(
        "payment.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    event_id = fields.Char(
        string="Event ID", required=True, readonly=True, mask_cards=False
    )
    event_type = fields.Char(required=True, readonly=True, index=True)
    object_ref = fields.Char(
        string="Object ID",
        readonly=True,
        index="btree_not_null",
        help="ID of the event's object at the provider.",
        mask_cards=False,
    )
    reference = fields.Char(readonly=True, help="Our payment reference, if any.")
    occurred_at = fields.Datetime(
        string="Occurred On", readonly=True, help="According to the provider's clock."
    )
    received_at = fields.Datetime(string="Received On", readonly=True)
    source = fields.Selection(
        [("webhook", "Webhook"), ("list", "Event list")],
        readonly=True,
        help="How the event was received. Event list: it was fetched from the provider "
        "because the webhook didn't arrive.",
    )
    state = fields.Selection(
        [
            (NEW, "New"),
            (WAITING, "Waiting"),
            (DONE, "Done"),
            (IGNORED, "Ignored"),
            (FAILED, "Failed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=NEW,
        index=True,
    )
    reason = fields.Char(readonly=True, help="Why the event has this status.")
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        readonly=True,
        index="btree_not_null",
    )
    payload = fields.Json(
        readonly=True,
        help="The data that the provider sent, without secrets.",
        mask_cards=False,
    )
    tries = fields.Integer(
        string="Failed Tries",
        readonly=True,
        help="How many times the event couldn't be applied.",
    )
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    done_at = fields.Datetime(string="Processed On", readonly=True)

    _one_per_provider = models.UniqueIndex("(provider_id, event_id)")
    _due = models.Index("(next_try_at) WHERE next_try_at IS NOT NULL")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Events can't be deleted: without its record, an event could be "
                "applied twice."
            )
        )

    # -- buttons -------------------------------------------------------------

    def action_retry(self):
        """Button: retry failed and waiting events (managers only)."""
        self.env["paycollect.access"]._check_manager(self)
        events = self.sudo().filtered(lambda event: event.state in (FAILED, WAITING))
        if not events:
            raise UserError(self.env._("Only failed or waiting events can be retried."))
        events.write({"state": NEW, "tries": 0, "next_try_at": fields.Datetime.now()})
        events._enqueue()

    # -- arrival -------------------------------------------------------------

    @api.model
    def _receive(self, provider, event, source, now=None):
        """Store an event unless it is known, and queue a job for it.

        :param provider: ``payment.provider`` that verifiably sent it
        :param dict event: https://docs.stripe.com/api/events/object
        :param source: ``webhook`` or ``list``
        :param now: naive UTC datetime
        :return: the new event (sudo); none if it is known or not relevant
        """
        event = stripe_events.without_nul(event)
        if not stripe_events.get_handler(event["type"]):
            return self.browse()
        vals = self._prepare_event_vals(
            provider, event, source, now or fields.Datetime.now()
        )
        columns = SQL(", ").join(SQL.identifier(name) for name in vals)
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO paycollect_event (%s) VALUES %s"
                " ON CONFLICT (provider_id, event_id) DO NOTHING RETURNING id",
                columns,
                tuple(vals.values()),
            )
        )
        received = self.sudo().browse([row_id for (row_id,) in rows])
        received._enqueue()
        return received

    def _prepare_event_vals(self, provider, event, source, now):
        """Return the columns of the row; dates are naive UTC."""
        stripe_object = event["data"]["object"]
        return {
            "provider_id": provider.id,
            "company_id": provider.company_id.id,
            "event_id": event["id"],
            "event_type": event["type"],
            "object_ref": stripe_events.get_id(stripe_object) or None,
            "reference": mask_card_numbers(stripe_events.get_reference(stripe_object))
            or None,
            "occurred_at": stripe_events.get_moment(event["created"]),
            "received_at": now,
            "source": source,
            "state": NEW,
            "payload": Json(mask_payload(stripe_events.without_secrets(event))),
            "tries": 0,
            "next_try_at": now + SWEEP_AFTER,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    def _enqueue(self, eta=None):
        """Queue a job for each event; it starts after the commit."""
        for event in self:
            event.with_user(SUPERUSER_ID).with_delay(
                eta=eta,
                identity_key=f"paycollect.event.{event.id}.{event.tries}",
                description=self.env._(
                    "Process event %(type)s from %(provider)s",
                    type=event.event_type,
                    provider=event.provider_id.name,
                ),
            )._apply()

    # -- work ----------------------------------------------------------------

    def _apply(self, now=None):
        """Apply the event once and record the result.

        Called by the job queue (at least once) and by the sweep. All effects are in
        this transaction.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        :raise RetryableJobError: if a record that it concerns is locked
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        event = self._as_system()
        if not event.try_lock_for_update():
            raise RetryableJobError(
                "The event is being applied by another worker.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        if event.state not in (NEW, WAITING, FAILED):
            return event.reason
        event._set_verdict(event._get_verdict(now), now)
        return event.reason

    def _get_verdict(self, now):
        """Apply the event and return the :class:`Verdict`, also for an exception."""
        try:
            with self.env.cr.savepoint():
                handler = stripe_events.get_handler(self.event_type)
                return getattr(self, handler)(self._get_object(), now)
        except (RetryableJobError, OperationalError):
            raise  # nothing is wrong with the event
        except Exception as error:
            _logger.exception("Event %s could not be applied", self.event_id)
            return Verdict(FAILED, f"{type(error).__name__}: {error}")

    def _set_verdict(self, verdict, now):
        """Record the result, and when the event is tried again."""
        self.ensure_one()
        if verdict.state == WAITING:
            verdict = self._stop_waiting(verdict, now) or verdict
        vals = {"state": verdict.state, "reason": verdict.reason, "next_try_at": False}
        if verdict.state in (WAITING, FAILED):
            vals["tries"] = self.tries + 1
            if verdict.state == WAITING or vals["tries"] < stripe_events.MAX_FAILURES:
                vals["next_try_at"] = now + stripe_events.get_wait(self.tries)
        else:
            vals["done_at"] = now
        self.write(vals)
        if verdict.state == WAITING and not self.tries > 1:
            self._enqueue(eta=vals["next_try_at"])
        if verdict.state == FAILED and not self.next_try_at:
            self._report_failed()

    def _stop_waiting(self, verdict, now):
        """Return the verdict on an event that has waited too long, else None."""
        if now - self.received_at <= stripe_events.GIVE_UP_AFTER:
            return None
        if self.transaction_id:
            return Verdict(FAILED, verdict.reason)
        if self._is_own_database(self._get_database()):
            if self.env["res.company"]._has_moved():
                return None  # it may only exist in the original database
            return Verdict(
                FAILED,
                self.env._(
                    "This event is about a payment that was started from this database "
                    "but isn't recorded here. The database was probably restored from "
                    "an older backup. Look up %(object)s at the provider, and record "
                    "the payment manually.",
                    object=self.object_ref,
                ),
            )
        return Verdict(
            IGNORED,
            self.env._(
                "This event doesn't concern this database: no matching record was "
                "found within three days."
            ),
        )

    def _get_database(self):
        """Return the UUID of the database that requested the object."""
        metadata = stripe_events.get_metadata(self._get_object())
        return metadata.get("paycollect_database")

    def _is_own_database(self, mark):
        """Whether it is this database's mark, or was before the database moved."""
        return mark in self.env["res.company"]._get_own_marks()

    def _report_failed(self):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Provider event failed"),
            self.env._(
                "An event from the provider couldn't be applied: %(reason)s Fix the "
                "problem, then click “Retry Event.”",
                reason=self.reason,
            ),
            code="event_failed",
        )

    def _get_object(self):
        """Return the snapshot that the event carries."""
        return self.payload["data"]["object"]

    # -- crons ---------------------------------------------------------------

    def _cron_apply_due(self, now=None):
        """Apply the events that no job applied, and retry waiting ones.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        due = self.search(
            [("next_try_at", "<=", now)], order="occurred_at, id", limit=BATCH
        )
        for event in due:
            with event._separately(event.event_id):
                event._apply(now)
