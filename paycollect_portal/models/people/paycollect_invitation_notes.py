# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_invitation import (
    FAILED,
    KNOWN,
    SENT,
    UNAVAILABLE,
    WITHDRAWN,
)


class PaycollectInvitation(models.Model):
    """Notes on the customer about its invitations, for staff."""

    _inherit = "paycollect.invitation"

    def _note_outcome(self):
        """Log what became of the invitation in the name of whoever asked for it."""
        customer = self.partner_id._in_words_of_staff(self.company_id)
        row = self.with_context(**customer.env.context)
        text = row._get_outcome_texts().get(row.outcome)
        if not text:
            return
        labels = dict(row._fields["role"]._description_selection(row.env))
        actor = row.ended_by_id or row.invited_by_id
        values = {
            "actor": actor.name,
            "name": row.name,
            "email": row.email,
            "customer": customer.name,
            "role": labels[row.role],
            "copies": row.env._("yes") if row.gets_copies else row.env._("no"),
        }
        customer._note_person(actor, text % values)

    def _get_outcome_texts(self):
        _ = self.env._
        return {
            SENT: _(
                "%(actor)s invited %(name)s (%(email)s) to the portal. Role: %(role)s. "
                "Gets copies: %(copies)s."
            ),
            KNOWN: _(
                "%(actor)s invited %(name)s (%(email)s) to the portal, who has access "
                "already. Nothing was sent."
            ),
            UNAVAILABLE: _(
                "%(actor)s invited %(name)s (%(email)s) to the portal. Nothing was "
                "sent, because the address belongs to another contact or user; the "
                "customer wasn't told. If they may see the invoices of %(customer)s, "
                "make them its contact and grant portal access."
            ),
            WITHDRAWN: _(
                "%(actor)s withdrew the invitation of %(name)s (%(email)s) to the "
                "portal."
            ),
            FAILED: _(
                "%(actor)s invited %(name)s (%(email)s) to the portal. This failed; "
                "see the server's log. Grant portal access yourself, or ask the "
                "customer to send the invitation again."
            ),
        }
