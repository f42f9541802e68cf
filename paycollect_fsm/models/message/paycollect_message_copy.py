# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.fields import Domain

from ...rules.const import OCCASION_COPY, OCCASION_DUE, RECEIPTS
from ...rules.messages import MAIL, QUEUED, SENT
from .account_move import SWEEP_SINCE

BATCH = 100
COPIED = (*RECEIPTS, OCCASION_DUE)
NOT_WANTED, NO_ADDRESS, DECLINED_SINCE = "no_copies", "no_address", "declined_since"


class PaycollectMessage(models.Model):
    """Copies of receipts and invoices for the customer's colleagues.

    A copy is a row of its own, made once the customer's message was accepted by the
    mail server or the carrier. So it neither delays nor fails that message, and what
    becomes of it is recorded here only: no activity, nothing on the invoice.
    """

    _inherit = "paycollect.message"

    copy_of_id = fields.Many2one(
        "paycollect.message",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The message to the customer that this contact gets a copy of.",
    )
    is_copied = fields.Boolean(
        string="Copies Queued",
        readonly=True,
        help="Copies were made for the contacts who get them, if any.",
    )

    _sent_idx = models.Index("(sent_at) WHERE state = 'sent'")

    # -- which messages ---------------------------------------------------------

    def _search_to_copy(self, now):
        """Return messages that were sent of late, and whose copies are to be made."""
        return self.search(self._get_copy_domain(now), order="sent_at", limit=BATCH)

    def _get_copy_domain(self, now):
        return Domain(
            [
                ("state", "=", SENT),
                ("sent_at", ">=", now - SWEEP_SINCE),
                ("occasion", "in", COPIED),
                ("is_copied", "=", False),
                ("move_id", "!=", False),
            ]
        )

    def _queue_copies(self, now):
        """Make a row for each contact who gets a copy of this message."""
        self.ensure_one()
        if not self.try_lock_for_update() or self.is_copied:
            return
        self.is_copied = True
        if self._was_copied_otherwise():
            return
        customer = self._get_copied_customer()
        contacts = customer._get_copied_contacts(self.company_id)
        self.create([self._prepare_copy_vals(contact, now) for contact in contacts])

    def _get_copied_customer(self):
        """Hook: return who got the message, and whose colleagues get copies."""
        return self.move_id.partner_id

    def _was_copied_otherwise(self):
        """Whether the same message on another channel was copied."""
        same = Domain("copy_of_id.move_id", "=", self.move_id.id)
        same &= Domain("copy_of_id.occasion", "=", self.occasion)
        same &= Domain("copy_of_id.transaction_id", "=", self.transaction_id.id)
        return bool(self.search_count(same, limit=1))

    def _prepare_copy_vals(self, contact, now):
        return {
            "copy_of_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": contact.id,
            "occasion": OCCASION_COPY,
            "channel": MAIL,
            "state": QUEUED,
            "queued_at": now,
            "retry_at": now,
        }

    # -- delivery -----------------------------------------------------------------

    def _is_written_here(self):
        return bool(self.copy_of_id) or super()._is_written_here()

    def _get_address(self):
        """The company's address is no substitute: it gets the customer's message."""
        if self.copy_of_id:
            return self.partner_id._get_own_email()
        return super()._get_address()

    def _create_mail(self, address):
        if not (original := self.copy_of_id):
            return super()._create_mail(address)
        move = original._get_written_move()
        return move._create_copy(original._get_template(), address, self.partner_id)

    def _get_obstacle(self, now):
        """What would prevent the original prevents its copy, too."""
        if not (original := self.copy_of_id):
            return super()._get_obstacle(now)
        move = original.move_id._as_collection_system()
        if self.partner_id not in move.partner_id._get_copied_contacts(self.company_id):
            return NOT_WANTED
        if not self._get_address():
            return NO_ADDRESS
        if original.occasion == OCCASION_DUE and move._is_declined():
            return DECLINED_SINCE
        return move._get_message_obstacle(original.occasion, now, original)

    # -- what follows -------------------------------------------------------------

    def _report_failed(self):
        return None if self.copy_of_id else super()._report_failed()
