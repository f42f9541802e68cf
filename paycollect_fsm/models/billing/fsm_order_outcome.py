# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

SUBCHANNEL = "outcome"
NOTIFICATION = "paycollect_fsm.outcome"
# Of several invoices, the state that matters most.
STATE_ORDER = (
    "failed",
    "approval",
    "held",
    "charging",
    "to_collect",
    "planned",
    "paid",
)


class FSMOrder(models.Model):
    """The payment of a job; screens that show it follow it without a reload.

    A notification only names the job; whoever receives it reads the job again with
    their own rights. See ``ir.websocket`` for who may receive it.
    """

    _inherit = "fsm.order"

    def _push_outcome(self):
        """Notify the screens that show these jobs, once this transaction commits."""
        bus = self.env["bus.bus"]
        for job in self:
            bus._sendone((job, SUBCHANNEL), NOTIFICATION, {"id": job.id})

    def _get_collection_status(self, collectables):
        """Return ``(state, text)`` of the job's payment, from its invoices.

        Read with sudo: the technician sees this text, never the invoices.

        :param collectables: what is owed on them, see ``_get_collectable``
        """
        self.ensure_one()
        if self.collection_error:
            return "error", self.env._(
                "The job could not be billed. Accounting has been notified."
            )
        if self.collection_difference:
            return "difference", self.env._(
                "Part of the job could not be billed. Accounting has been notified."
            )
        moves = self.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted" and move.is_sale_document()
        )
        if not moves:
            return self._get_unbilled_status()
        states = set(moves._get_collection_state().values())
        for state in STATE_ORDER:
            if state in states:
                break
        return state, " ".join(
            move._get_status_text(collectables.get(move)) for move in moves
        )

    def _get_unbilled_status(self):
        """Return why there is no invoice, including for jobs we never billed."""
        if self.billing_state == "skipped":
            return "unbilled", self.collection_note
        if self.collection_note:
            return "nothing", self.collection_note
        if self.completed_on:
            return "unbilled", self.env._(
                "Completed while automatic collection was turned off, so it was not "
                "billed automatically."
            )
        if self.stage_id.is_completing:
            return "unbilled", self.env._(
                "Completed before automatic collection was set up, so it was not "
                "billed automatically."
            )
        return "open", ""
