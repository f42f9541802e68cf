# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules import protocol
from ..company.moments import format_moment


class PaycollectInquiry(models.Model):
    """One check of the outcome of an unknown charge, and its result."""

    _name = "paycollect.inquiry"
    _description = "Charge Outcome Check"
    _order = "asked_at, id"
    _rec_name = "attempt_id"

    attempt_id = fields.Many2one(
        "paycollect.attempt",
        string="Payment Attempt",
        required=True,
        readonly=True,
        index=True,
    )
    company_id = fields.Many2one(
        related="attempt_id.company_id", store=True, precompute=True, index=True
    )
    asked_at = fields.Datetime(string="Checked On", required=True, readonly=True)
    way = fields.Selection(
        [
            (protocol.SAME_KEY, "Repeated request"),
            (protocol.LOOK_UP, "Provider lookup"),
            (protocol.EVENT, "Provider event"),
            (protocol.PERSON, "User"),
        ],
        string="Source",
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(
        [
            (protocol.FOUND, "Found"),
            (protocol.NOT_FOUND, "Not found"),
            (protocol.CANNOT_TELL, "Inconclusive"),
        ],
        string="Result",
        required=True,
        readonly=True,
    )
    text = fields.Char(string="Details", readonly=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Outcome checks are part of the history and can't be deleted.")
        )

    def write(self, vals):
        """Refuse changes; rows are only added.

        :raise UserError: if there is something to change
        """
        if self and vals:
            raise UserError(
                self.env._(
                    "Outcome checks are part of the history and can't be changed."
                )
            )
        return super().write(vals)

    def _get_line(self):
        """Return one line for the activity about the unknown charge."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("way", "verdict")
        }
        return self.env._(
            "%(date)s, %(way)s: %(verdict)s. %(text)s",
            date=format_moment(self.env, self.asked_at),
            way=labels["way"][self.way],
            verdict=labels["verdict"][self.verdict],
            text=self.text or "",
        ).strip()
