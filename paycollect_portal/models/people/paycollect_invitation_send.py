# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import Command, api, fields, models
from odoo.tools import escape_psql

from odoo.addons.paycollect_fsm.rules.contact import find_emails

from ...rules.people import REPEATED_WITHIN
from .paycollect_invitation import (
    FAILED,
    KNOWN,
    REPEATED,
    SENT,
    UNAVAILABLE,
    WITHDRAWN,
)
from .portal_wizard_user import QUEUED

_logger = logging.getLogger(__name__)

BATCH = 100


class PaycollectInvitation(models.Model):
    """Doing what the customer asked for: Odoo's own portal access."""

    _inherit = "paycollect.invitation"

    @api.model
    def _cron_handle(self, now=None):
        """Send invitations, and revoke those that were withdrawn.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        if self.env["res.company"]._has_moved():
            return
        waiting = [
            ("handled_at", "=", False),
            ("company_id.collection_active", "=", True),
        ]
        rows = self.search(waiting, order="id", limit=BATCH)
        for row in rows:
            row._try_to_handle(now)
        if len(rows) == BATCH:
            self._trigger_cron()

    def _try_to_handle(self, now):
        row = self._as_system()
        try:
            row._handle(now)
            self._commit()
        except OperationalError as error:
            _logger.info("%s waits for its next run: %s", self, error)
            self._rollback()
        except Exception:
            _logger.exception("%s failed", self)
            self._rollback()
            row._set_handled(FAILED, now)
            self._commit()

    def _handle(self, now):
        """Handle one row, unless it was done meanwhile."""
        if not self.try_lock_for_update() or self.handled_at:
            return
        if self.ended_at:
            outcome = self._revoke()
        elif self._was_repeated():
            outcome = REPEATED
        else:
            outcome = self._invite()
        self._set_handled(outcome, now)

    def _set_handled(self, outcome, now):
        self.write({"outcome": outcome, "handled_at": now})
        self._note_outcome()

    def _was_repeated(self):
        """Whether the same invitation was sent a moment before."""
        before = self._find_same().filtered(
            lambda row: (
                row.id < self.id
                and not row.ended_at
                and row.outcome in (SENT, UNAVAILABLE)
                and row.asked_at >= self.asked_at - REPEATED_WITHIN
            )
        )
        self.contact_id = before[:1].contact_id
        return bool(before)

    # -- inviting -------------------------------------------------------------------

    def _invite(self):
        """Give the contact access; return what became of it.

        An address that belongs to a user or a customer elsewhere is left alone.
        """
        contact = self._find_contact()
        if self._has_other_login(contact) or not contact and self._is_elsewhere():
            return UNAVAILABLE
        users = contact.with_context(active_test=False).user_ids
        if any(user._is_internal() for user in users):
            return UNAVAILABLE
        choices = self._prepare_choices()
        contact = contact or contact.create(self._prepare_contact_vals())
        self.contact_id = contact
        if any(user.active and user.login_date for user in users):
            return KNOWN
        contact.write(choices)
        users[:1].filtered(lambda user: user._is_portal()).active = True
        self._grant(contact)
        return SENT

    def _find_contact(self):
        """Return the customer's contact with this address, if any."""
        found = self._search_address().filtered(
            lambda one: one.commercial_partner_id == self.partner_id
        )
        contacts = (found - self.partner_id).sorted(
            lambda one: (not one.user_ids, one.type != "contact", one.id)
        )
        return contacts[:1]

    def _is_elsewhere(self):
        """Whether the address belongs to a contact of somebody else."""
        return bool(
            self._search_address().filtered(
                lambda one: one.commercial_partner_id != self.partner_id
            )
        )

    def _search_address(self):
        found = self.env["res.partner"].search(
            [("email", "ilike", escape_psql(self.email))]
        )
        return found.filtered(lambda one: self.email in find_emails(one.email))

    def _has_other_login(self, contact):
        """Whether somebody else logs in with this address."""
        users = self.env["res.users"].with_context(active_test=False)
        login = escape_psql(self.email)
        return bool(users.search([("login", "=ilike", login)]).partner_id - contact)

    def _prepare_contact_vals(self):
        customer = self.partner_id
        return {
            "name": self.name,
            "email": self.email,
            "parent_id": customer.id,
            "type": "contact",
            "company_id": customer.company_id.id,
            "lang": self.invited_by_id.lang or customer.lang,
        }

    def _prepare_choices(self):
        return {
            "collection_role": self.role,
            "collection_gets_copies": self.gets_copies,
        }

    def _grant(self, contact):
        """Let Odoo's own dialog give access, or send its email again."""
        words = self.with_context(lang=contact.lang or self.env.lang)
        wizard = self.env["portal.wizard"].with_context(**{QUEUED: True})
        line = wizard.create(
            {
                "partner_ids": [Command.set(contact.ids)],
                "welcome_message": words._get_welcome(),
            }
        ).user_ids
        return (
            line.action_invite_again() if line.is_portal else line.action_grant_access()
        )

    def _get_welcome(self):
        return self.env._(
            "%(inviter)s invites you to look after the invoices of %(customer)s.",
            inviter=self.invited_by_id.name,
            customer=self.partner_id.name,
        )

    # -- withdrawing ------------------------------------------------------------------

    def _revoke(self):
        """End the access that this invitation gave, unless it was followed already:
        then it is on the customer's page as the contact's own."""
        for row in self._find_same().filtered(lambda row: row.outcome == SENT):
            if not row._has_logged_in():
                row.contact_id._revoke_portal()
                row.contact_id.collection_gets_copies = False
        return WITHDRAWN
