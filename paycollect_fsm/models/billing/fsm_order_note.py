# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from .fsm_order_history import HISTORY


class FSMOrder(models.Model):
    """What became of billing a job, in the language of the reader."""

    _inherit = "fsm.order"

    @api.depends("collection_notes")
    @api.depends_context("lang")
    def _compute_collection_note(self):
        for job in self:
            job.collection_note = " ".join(
                job._get_note_text(note) for note in job.collection_notes or ()
            )

    def _get_note_text(self, note):
        match note["code"]:
            case "billed":
                return self.env._(
                    "Billed on %(invoices)s.", invoices=", ".join(note["names"])
                )
            case "undelivered":
                return self.env._(
                    "Not delivered yet: %(products)s. It will be billed once "
                    "delivered.",
                    products=", ".join(note["names"]),
                )
            case "in_draft":
                return self.env._(
                    "Nothing new to bill: this work is on a draft invoice that "
                    "accounting has not posted yet."
                )
            case "invoiced":
                return self.env._(
                    "Nothing new to bill: this work has already been invoiced."
                )
            case "own_place":
                return self.env._(
                    "Nothing to bill: the work was done at our own location."
                )
            case "imported":
                return self.env._("Imported: not billed or charged.")
            case code if code == HISTORY:
                return self._get_history_text(note)
        return self.env._("Nothing to bill.")
