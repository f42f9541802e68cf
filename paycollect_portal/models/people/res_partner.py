# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError, ValidationError

from ...rules import people
from ...rules.people import LOOK, MAIN, PAY, ROLES, find_obstacle
from .portal_wizard_user import QUEUED


class ResPartner(models.Model):
    """The contacts of a customer who log in, and what colleagues change about them."""

    _inherit = "res.partner"

    def get_base_url(self):
        """Invitations start with the company's public address: Odoo's own is whatever
        host an administrator logged in at."""
        if self.env.su and self.env.context.get(QUEUED):
            return self.env.company._get_public_url()
        return super().get_base_url()

    def _get_people(self):
        """Return the customer's contacts (sudo) with portal access, by name."""
        customer = self.commercial_partner_id
        users = (
            self.env["res.users"]
            .sudo()
            .search([("partner_id.commercial_partner_id", "=", customer.id)])
        )
        people = users.filtered(lambda user: user._is_portal()).partner_id
        return people.sorted(lambda one: ((one.name or "").lower(), one.id))

    def _has_colleagues(self):
        """Whether this customer is a company, so that there is somebody to invite."""
        return self.commercial_partner_id.is_company

    def _is_main_login(self):
        """Whether it is the customer itself that logs in, not a contact of it."""
        self.ensure_one()
        return not self.parent_id

    def _set_person(self, actor, role, copies, company):
        """Change what a colleague may do, and whether they get copies.

        Call with sudo on a person of the actor's own company.

        :param actor: the contact who does it
        :raise UserError: if it isn't possible, with the reason
        """
        self.ensure_one()
        old = self._get_role(), self.collection_gets_copies
        self._check_person(actor, ends_right=role == LOOK and old[0] != LOOK)
        if role not in ROLES:
            raise ValidationError(
                self.env._("Please choose what your colleague may do.")
            )
        if (role, copies) != old:
            self.write({"collection_role": role, "collection_gets_copies": copies})
            self._note_changed(actor, company)

    def _remove_person(self, actor, company, now=None):
        """End a colleague's access, copies, invitations and links. Call with sudo.

        :raise UserError: if it isn't possible, with the reason
        """
        self.ensure_one()
        self._check_person(actor, ends_right=True)
        self._revoke_portal()
        self.collection_gets_copies = False
        self.env["paycollect.link"].search([("partner_id", "=", self.id)])._revoke(now)
        invitations = self.env["paycollect.invitation"]
        invitations.search([("contact_id", "=", self.id)])._set_ended(actor, now)
        self._note_removed(actor, company)

    def _revoke_portal(self):
        """End the contact's portal access as Odoo's own dialog does."""
        wizard = self.env["portal.wizard"].create(
            {"partner_ids": [Command.set(self.ids)]}
        )
        if wizard.user_ids.is_portal:
            wizard.user_ids.action_revoke_access()
        self.user_ids.filtered(lambda user: user._is_portal()).active = False

    def _check_person(self, actor, ends_right):
        """:raise UserError: if the actor may not change this person, perhaps since a
        moment ago"""
        both = self | actor
        if len(both.try_lock_for_update(allow_referencing=True)) < len(both):
            raise UserError(
                self.env._(
                    "Somebody else is changing this at the moment. Please try again."
                )
            )
        persons = self._get_people()
        if self not in persons:
            raise UserError(
                self.env._(
                    "%(person)s has no access anymore. Invite them again if they need "
                    "it.",
                    person=self.name,
                )
            )
        acting = persons.filtered(lambda one: one._may_act_for_customer())
        if actor not in acting:
            raise UserError(
                self.env._("You can look at this account, but not change it anymore.")
            )
        code = MAIN if self._is_main_login() else None
        if ends_right and not code:
            code = find_obstacle(actor, self, acting)
        if code:
            raise UserError(self._get_person_obstacle(code))

    def _get_person_obstacle(self, code):
        match code:
            case people.OWN:
                return self.env._(
                    "You can't take away your own access. Please ask a colleague who "
                    "may pay, or us."
                )
            case people.LAST:
                return self.env._(
                    "%(person)s is the last one who may pay. Let somebody else pay "
                    "first.",
                    person=self.name,
                )
        return self.env._(
            "This is your company's own login. Please contact us to change it."
        )

    def _get_role(self):
        """Return what the contact may do; empty means that it may pay."""
        return PAY if self._may_act_for_customer() else LOOK
