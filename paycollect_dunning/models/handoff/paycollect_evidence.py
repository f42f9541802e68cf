# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from ...rules.evidence import DONE, PENDING, QUEUED, REFUSED, SENDING, UNKNOWN

# The sweep leaves fresh rows to the job runner.
SWEEP_AFTER = timedelta(minutes=1)


class PaycollectEvidence(models.Model):
    """Evidence for a chargeback on its way to the provider; rows are never changed into
    others: what was sent stays readable."""

    _name = "paycollect.evidence"
    _description = "Evidence for a Chargeback"
    _inherit = ["paycollect.exchange.mixin"]
    _order = "id desc"

    chargeback_id = fields.Many2one(
        "paycollect.chargeback",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    is_final = fields.Boolean(
        string="Submitted",
        readonly=True,
        help="It goes to the customer's bank. Otherwise it's a draft at the provider.",
    )
    user_id = fields.Many2one("res.users", string="Sent By", readonly=True)
    document = fields.Binary(
        string="File",
        readonly=True,
        attachment=True,
        groups="paycollect_fsm.group_user",
    )
    file_reference = fields.Char(string="File ID", readonly=True, mask_cards=False)
    state = fields.Selection(
        [
            (QUEUED, "Queued"),
            (SENDING, "On its way"),
            (DONE, "Accepted"),
            (UNKNOWN, "No clear answer"),
            (REFUSED, "Refused"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=QUEUED,
        index=True,
        help="No clear answer: it may have arrived. The provider is asked before "
        "anything is sent again.",
    )
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(string="Details", compute="_compute_reason")
    answer = fields.Text(readonly=True, help="What the provider answered.")
    tries = fields.Integer(readonly=True)
    sent_at = fields.Datetime(string="First Sent On", readonly=True)
    done_at = fields.Datetime(string="Answered On", readonly=True)
    next_try_at = fields.Datetime(string="Next Try", readonly=True)

    # One at a time, and what was submitted is final.
    _one_open = models.UniqueIndex(
        "(chargeback_id) WHERE state IN ('queued', 'sending', 'unknown')",
        "Evidence for this chargeback is on its way.",
    )
    _one_final = models.UniqueIndex(
        "(chargeback_id) WHERE is_final AND state != 'refused'",
        "Evidence for this chargeback was already submitted.",
    )
    _due = models.Index("(next_try_at) WHERE next_try_at IS NOT NULL")

    @api.depends("reason_code")
    @api.depends_context("lang")
    def _compute_reason(self):
        _ = self.env._
        texts = {
            "copied": _("Not sent: this database is a copy."),
            "moved": _("Waits: the database was moved or copied. Confirm which first."),
            "off": _("Waits: automatic collection is off."),
            "no_pdf": _("Waits: wkhtmltopdf isn't installed on the server."),
            "no_answer": _("The provider didn't answer clearly."),
            "too_large": _(
                "The file is too large. Submit a smaller one at the provider."
            ),
            "too_late": _("The deadline has passed."),
            "closed": _("The dispute is decided."),
            "answer": _("The provider refused it."),
        }
        for evidence in self:
            evidence.reason = texts.get(evidence.reason_code, "")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Evidence is part of the history and can't be deleted.")
        )

    @api.model
    def _create_evidence(self, chargeback, is_final, user, now):
        """Queue evidence (sudo); a job makes the file and sends it.

        :param now: naive UTC datetime
        """
        evidence = self.create(
            {
                "chargeback_id": chargeback.id,
                "company_id": chargeback.company_id.id,
                "is_final": is_final,
                "user_id": user.id,
                "next_try_at": now + SWEEP_AFTER,
            }
        )
        evidence._enqueue()
        return evidence

    def _is_pending(self):
        return self.state in PENDING

    def _enqueue(self, eta=None):
        """Queue a job for each; it starts after the commit."""
        for evidence in self:
            evidence.with_user(SUPERUSER_ID).with_delay(
                eta=eta,
                identity_key=f"paycollect.evidence.{evidence.id}.{evidence.tries}",
                description=self.env._(
                    "Send evidence for %s", evidence.chargeback_id.provider_reference
                ),
            )._send()
