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
# Rows stay, so that no event is applied twice; what they said is then history.
KEEP_PAYLOAD = timedelta(days=90)


class PaycollectEvent(models.Model):
    """Something that the provider told by itself, and what became of it.

    Stored once, however often and by whichever way it came; applied once, in one
    transaction with all its effects. Applying may read from the provider and never
    changes anything there.
    """

    _name = "paycollect.event"
    _description = "Event of a Payment Provider"
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
    event_id = fields.Char(required=True, readonly=True)
    event_type = fields.Char(required=True, readonly=True, index=True)
    object_ref = fields.Char(
        string="Object",
        readonly=True,
        index="btree_not_null",
        help="The provider's id of what the event is about.",
    )
    reference = fields.Char(readonly=True, help="Our reference, as far as it has one.")
    occurred_at = fields.Datetime(readonly=True, help="By the provider's clock (UTC).")
    received_at = fields.Datetime(readonly=True)
    source = fields.Selection(
        [("webhook", "Webhook"), ("list", "Provider's list")],
        readonly=True,
        help="How it came. From the list: the webhook never arrived.",
    )
    state = fields.Selection(
        [
            (NEW, "New"),
            (WAITING, "Waiting"),
            (DONE, "Done"),
            (IGNORED, "Ignored"),
            (FAILED, "Failed"),
        ],
        required=True,
        readonly=True,
        default=NEW,
        index=True,
    )
    reason = fields.Char(readonly=True, help="Why it is in this state.")
    transaction_id = fields.Many2one(
        "payment.transaction", readonly=True, index="btree_not_null"
    )
    payload = fields.Json(readonly=True, help="What the provider sent, less secrets.")
    tries = fields.Integer(readonly=True, help="How often it was looked at in vain.")
    next_try_at = fields.Datetime(string="Next Look", readonly=True)
    done_at = fields.Datetime(readonly=True)

    _one_per_provider = models.UniqueIndex("(provider_id, event_id)")
    _due = models.Index("(next_try_at) WHERE next_try_at IS NOT NULL")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Events are kept: without the row the same event would be applied "
                "again."
            )
        )

    # -- buttons -------------------------------------------------------------

    def action_retry(self):
        """Button: apply events again that failed (managers only)."""
        self.env["paycollect.access"]._check_manager(self)
        events = self.sudo().filtered(lambda event: event.state in (FAILED, WAITING))
        if not events:
            raise UserError(
                self.env._("Only an event that failed or waits can be tried again.")
            )
        events.write({"state": NEW, "tries": 0, "next_try_at": fields.Datetime.now()})
        events._enqueue()

    # -- arrival -------------------------------------------------------------

    @api.model
    def _receive(self, provider, event, source, now=None):
        """Store an event unless it is known, and hand it to the job queue.

        :param provider: ``payment.provider`` that is known to have sent it
        :param dict event: https://docs.stripe.com/api/events/object
        :param source: ``webhook`` or ``list``
        :param now: naive UTC datetime
        :return: the new event (sudo); none when it is known or of no interest
        """
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
            "reference": stripe_events.get_reference(stripe_object) or None,
            "occurred_at": stripe_events.get_moment(event["created"]),
            "received_at": now,
            "source": source,
            "state": NEW,
            "payload": Json(stripe_events.without_secrets(event)),
            "tries": 0,
            "next_try_at": now + SWEEP_AFTER,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }

    def _enqueue(self, eta=None):
        """Hand each event to the job queue; the job starts after the commit."""
        for event in self:
            event.with_user(SUPERUSER_ID).with_delay(
                eta=eta,
                identity_key=f"paycollect.event.{event.id}.{event.tries}",
                description=self.env._(
                    "Event %(type)s of %(provider)s",
                    type=event.event_type,
                    provider=event.provider_id.name,
                ),
            )._apply()

    # -- work ----------------------------------------------------------------

    def _apply(self, now=None):
        """Do once what the event asks for, and note what became of it.

        Called by the job queue (at least once) and by the sweep. All effects are in
        this transaction.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        :raise RetryableJobError: what it concerns is being worked on right now
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        event = self._as_system()
        if not event.try_lock_for_update():
            raise RetryableJobError(
                "The event is being applied by somebody else.",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            )
        if event.state not in (NEW, WAITING, FAILED):
            return event.reason
        event._set_verdict(event._get_verdict(now), now)
        return event.reason

    def _get_verdict(self, now):
        """Apply it and return the :class:`Verdict`; an error of ours is one, too."""
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
        """Note what became of it, and when it is looked at again."""
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
        """Return the verdict on an event that has waited for too long, else None."""
        if now - self.received_at <= stripe_events.GIVE_UP_AFTER:
            return None
        if self.transaction_id:
            return Verdict(FAILED, verdict.reason)
        if self._get_database() == self._get_own_database():
            return Verdict(
                FAILED,
                self.env._(
                    "This database asked for it and does not know it. It was probably "
                    "restored from a backup that is older. Look up %(object)s at the "
                    "provider and record by hand what was paid.",
                    object=self.object_ref,
                ),
            )
        return Verdict(
            IGNORED,
            self.env._(
                "It does not concern this database: nothing that it names was "
                "found here for three days."
            ),
        )

    def _get_database(self):
        """Return the mark of the database that asked the provider for the object."""
        metadata = stripe_events.get_metadata(self._get_object())
        return metadata.get("paycollect_database")

    def _get_own_database(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    def _report_failed(self):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Look at an event that could not be applied"),
            self.env._(
                "The provider told us something that could not be booked: %(reason)s "
                "Mend the cause, then press “Try Again”.",
                reason=self.reason,
            ),
            code="event_failed",
        )

    def _get_object(self):
        """Return the snapshot that the event carries."""
        return self.payload["data"]["object"]

    # -- crons ---------------------------------------------------------------

    def _cron_apply_due(self, now=None):
        """Apply what no job applied, and look again for what waits.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        due = self.search(
            [("next_try_at", "<=", now)], order="occurred_at, id", limit=BATCH
        )
        for event in due:
            try:
                event._apply(now)
                event._commit()
            except (RetryableJobError, OperationalError) as error:
                _logger.info("Event %s waits: %s", event.event_id, error)
                event._rollback()

    @api.autovacuum
    def _gc_payloads(self):
        """Forget what old events said; that they came is kept."""
        old = self.search(
            [
                ("state", "in", (DONE, IGNORED)),
                ("done_at", "<", fields.Datetime.now() - KEEP_PAYLOAD),
                ("payload", "!=", False),
            ],
            limit=10_000,
        )
        old.write({"payload": False})
