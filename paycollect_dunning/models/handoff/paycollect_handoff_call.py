# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ...rules.handoff_call import (
    DONE,
    PENDING,
    QUEUED,
    REFUSED,
    SENDING,
    SUPERSEDED,
    UNKNOWN,
    get_key,
)

# The sweep leaves fresh calls to the job runner.
SWEEP_AFTER = timedelta(minutes=1)


class PaycollectHandoffCall(models.Model):
    """One version of a hand-over on its way to the agency's server.

    The body is made once and repeated as it is, with the same key, until the answer is
    clear. Each body states the whole claim, so the agency keeps the highest version.
    """

    _name = "paycollect.handoff.call"
    _description = "Call to an Agency"
    _inherit = ["paycollect.exchange.mixin"]
    _order = "id desc"
    _rec_name = "idempotency_key"

    handoff_id = fields.Many2one(
        "paycollect.handoff",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    version = fields.Integer(required=True, readonly=True)
    event = fields.Selection(
        [
            ("handed_over", "Handed over"),
            ("adjusted", "Adjusted"),
            ("recalled", "Recalled"),
        ],
        required=True,
        readonly=True,
    )
    idempotency_key = fields.Char(required=True, readonly=True, mask_cards=False)
    request_body = fields.Binary(readonly=True, attachment=True)
    state = fields.Selection(
        [
            (QUEUED, "Queued"),
            (SENDING, "On its way"),
            (DONE, "Accepted"),
            (UNKNOWN, "No clear answer"),
            (REFUSED, "Refused"),
            (SUPERSEDED, "Replaced"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=QUEUED,
        index=True,
        help="No clear answer: the file may have arrived. The same call is repeated.",
    )
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(string="Details", compute="_compute_reason")
    tries = fields.Integer(readonly=True)
    status = fields.Integer(string="HTTP Status", readonly=True)
    answer = fields.Text(readonly=True, help="The beginning of the server's answer.")
    sent_at = fields.Datetime(string="First Sent On", readonly=True)
    done_at = fields.Datetime(string="Answered On", readonly=True)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    is_unsettled = fields.Boolean(compute="_compute_is_unsettled")

    _one_version = models.UniqueIndex("(handoff_id, version)")
    _due = models.Index("(next_try_at) WHERE next_try_at IS NOT NULL")

    @api.depends("state")
    def _compute_is_unsettled(self):
        for call in self:
            call.is_unsettled = call.state in (*PENDING, REFUSED)

    @api.depends("reason_code", "status")
    @api.depends_context("lang")
    def _compute_reason(self):
        for call in self:
            call.reason = call._get_reason_text()

    def _get_reason_text(self):
        _ = self.env._
        texts = {
            "copied": _("Not sent: this database is a copy."),
            "moved": _("Waits: the database was moved or copied. Confirm which first."),
            "off": _("Waits: automatic collection is off."),
            "no_secret": _("Waits: the agency has no signing secret or address."),
            "no_pdf": _("Waits: wkhtmltopdf isn't installed on the server."),
            "no_answer": _("The agency's server didn't answer."),
            "status": _("The agency's server answered %s.", self.status),
        }
        return texts.get(self.reason_code, "")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "Calls to agencies are part of the history and can't be deleted."
            )
        )

    @api.model
    def _create_call(self, handoff, event, now):
        """Queue a call for the current version of a hand-over (sudo).

        :param now: naive UTC datetime
        """
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        call = self.create(
            {
                "handoff_id": handoff.id,
                "company_id": handoff.company_id.id,
                "version": handoff.version,
                "event": event,
                "idempotency_key": get_key(database, handoff.id, handoff.version),
                "next_try_at": now + SWEEP_AFTER,
            }
        )
        call._enqueue()
        return call

    def _supersede(self):
        """A newer version replaces what has no answer yet."""
        unanswered = self.filtered(lambda call: call.state in PENDING)
        unanswered.write({"state": SUPERSEDED, "next_try_at": False})

    def _repeat(self, now):
        """Call again: as it is without an answer, as a new version after a refusal."""
        self.ensure_one()
        if self.state == REFUSED:
            self.handoff_id._tell(self.event, now)
            return
        self.write({"state": QUEUED, "tries": 0, "next_try_at": now})
        self._enqueue()

    def _enqueue(self, eta=None):
        """Queue a job for each call; it starts after the commit."""
        for call in self:
            call.with_user(SUPERUSER_ID).with_delay(
                eta=eta,
                identity_key=f"paycollect.handoff.call.{call.id}.{call.tries}",
                description=self.env._(
                    "Send %(name)s to %(agency)s",
                    name=call.handoff_id.name,
                    agency=call.handoff_id.agency_id.name,
                ),
            )._send()
