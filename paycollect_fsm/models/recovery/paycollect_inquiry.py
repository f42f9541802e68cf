# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...rules import protocol


class PaycollectInquiry(models.Model):
    """What was asked about a charge that nobody knew of, and what was answered."""

    _name = "paycollect.inquiry"
    _description = "Inquiry about a Charge"
    _order = "asked_at, id"
    _rec_name = "attempt_id"

    attempt_id = fields.Many2one(
        "paycollect.attempt", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        related="attempt_id.company_id", store=True, precompute=True, index=True
    )
    asked_at = fields.Datetime(string="Asked", required=True, readonly=True)
    way = fields.Selection(
        [
            (protocol.SAME_KEY, "Same request again"),
            (protocol.LOOK_UP, "Looked up"),
            (protocol.EVENT, "Told by the provider"),
            (protocol.PERSON, "Found by a person"),
        ],
        required=True,
        readonly=True,
    )
    verdict = fields.Selection(
        [
            (protocol.FOUND, "Found"),
            (protocol.NOT_FOUND, "Not there"),
            (protocol.CANNOT_TELL, "Cannot tell"),
        ],
        string="Answer",
        required=True,
        readonly=True,
    )
    text = fields.Char(string="What It Said", readonly=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("What a provider answered is history and cannot be deleted.")
        )

    def write(self, vals):
        """Rows are only added.

        :raise UserError: when there is something to change
        """
        if self and vals:
            raise UserError(
                self.env._("What a provider answered is history and cannot be changed.")
            )
        return super().write(vals)

    def _get_line(self):
        """One line for the person who has to find out."""
        self.ensure_one()
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("way", "verdict")
        }
        return self.env._(
            "%(date)s, %(way)s: %(verdict)s. %(text)s",
            date=format_datetime(self.env, self.asked_at, dt_format="short"),
            way=labels["way"][self.way],
            verdict=labels["verdict"][self.verdict],
            text=self.text or "",
        ).strip()
