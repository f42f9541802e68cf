# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

TURNED_ON = "turned_on"
TURNED_OFF = "turned_off"
ORIGINAL = "original"
COPY = "copy"
EXPORTED = "exported"
PAYER = "payer"
LINK = "link"


class PaycollectLog(models.Model):
    """Who made a decision that has no rows of its own, and when. Append-only."""

    _name = "paycollect.log"
    _description = "Audit Log"
    _order = "id desc"
    _rec_name = "kind"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", required=True, readonly=True)
    kind = fields.Selection(
        [
            (TURNED_ON, "Automatic collection turned on"),
            (TURNED_OFF, "Automatic collection turned off"),
            (ORIGINAL, "Moved database confirmed as the original"),
            (COPY, "Moved database confirmed as a copy"),
            (EXPORTED, "Customer data exported"),
            (PAYER, "Payer of a booking changed"),
            (LINK, "Customer link copied"),
        ],
        string="Event",
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    detail = fields.Char(string="Details", readonly=True)

    def write(self, vals):
        if vals:
            raise UserError(self.env._("Entries of the audit log can't be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Entries of the audit log can't be deleted."))

    @api.model
    def _record(self, companies, kind, **values):
        """Record what the current user decided for these companies.

        :param values: ``partner_id`` and ``detail``, where there is more to say
        """
        return self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "kind": kind,
                    **values,
                }
                for company in companies
            ]
        )
