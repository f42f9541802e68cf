# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.readiness import CONFIRM, FINE, START, gate


class PaycollectBookingMixin(models.AbstractModel):
    """Steps that a policy blocks, and their release by a manager."""

    _inherit = "paycollect.booking.mixin"

    collection_released = fields.Boolean(
        string="Released",
        compute="_compute_collection_released",
        compute_sudo=True,
        help="Released for work although not ready to collect.",
        groups="base.group_user",
    )

    @api.depends(
        lambda self: ("collection_readiness", *self._get_override_dependencies())
    )
    def _compute_collection_released(self):
        for booking in self:
            is_open = booking.collection_readiness not in FINE
            override = booking._get_collection_override()
            booking.collection_released = is_open and bool(override)

    def action_collection_override(self):
        """Button: open the dialog that asks a manager for the reason."""
        self.ensure_one()
        self.env["paycollect.access"]._check_manager(self)
        wizard = self.env["paycollect.override"].sudo()
        wizard = wizard.create({"res_model": self._name, "res_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Release for Work"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_withdraw_collection_override(self):
        """Button: withdraw a release; the policy applies again."""
        self.ensure_one()
        self._set_collection_override(False)

    def _check_collection_gate(self, step):
        """Block a step that the policy does not allow.

        A customer who accepts online is never blocked; anything missing then blocks
        the dispatch instead.

        :param step: ``confirm``, ``dispatch`` or ``start``
        :raise: UserError with the next step
        """
        if self._is_done_by_customer():
            return
        for booking in self.sudo().filtered("company_id.collection_active"):
            if booking._get_collection_gate(step) != "block":
                continue
            if booking._get_collection_override():
                continue
            raise UserError(booking._get_gate_text(step))

    def _get_collection_gate(self, step):
        policy = self.collection_policy_id
        return gate(
            self.collection_readiness,
            policy.collection_mode or "",
            policy.method_requirement or "none",
            step,
        )

    def _get_gate_text(self, step):
        reason = self.collection_readiness_reason
        if step == CONFIRM:
            text = self.env._(
                "%(booking)s cannot be confirmed. %(reason)s",
                **self._name_for_gate(reason),
            )
        elif step == START:
            text = self.env._(
                "Work on %(booking)s cannot go on. %(reason)s",
                **self._name_for_gate(reason),
            )
        else:
            text = self.env._(
                "No worker can be assigned to %(booking)s. %(reason)s",
                **self._name_for_gate(reason),
            )
        remedy = self.env._(
            "An accounting manager can override this with “Release for Work.”"
        )
        return f"{text}\n\n{remedy}"

    def _name_for_gate(self, reason):
        return {"booking": self.display_name, "reason": reason}

    def _is_done_by_customer(self):
        """Return True if the customer acts: on the portal or by paying online.

        The context key is honored only with sudo, which remote calls cannot have.
        """
        by_payment = self.env.context.get("collection_by_customer") and self.env.su
        return bool(self.env.user.share or by_payment)

    def _log_collection_warning(self, step):
        """Log in the chatter what was not ready at this step.

        Technicians read it: it names no reason for a hold or a release.
        """
        bodies = {}
        for booking in self.sudo().filtered("company_id.collection_active"):
            if booking._get_collection_gate(step) == "none":
                continue
            bodies[booking.id] = booking._get_warning_text(step)
        if bodies:
            bookings = self.sudo().browse(bodies)
            bookings._message_log_batch(bodies=bodies)

    def _get_warning_text(self, step):
        reason = self.collection_readiness_reason
        if step == CONFIRM:
            return self.env._(
                "Confirmed, but not ready to collect: %(reason)s", reason=reason
            )
        return self.env._(
            "Worker assigned, but not ready to collect: %(reason)s", reason=reason
        )

    def _set_collection_override(self, reason, now=None):
        """Release the booking, or withdraw the release if the reason is empty.

        Recorded as evidence, see ``paycollect.release``; the chatter says that it
        happened.

        :param now: UTC
        :raise: AccessError unless the user is a collections manager
        """
        self.env["paycollect.access"]._check_manager(self)
        now = now or fields.Datetime.now()
        for booking in self.sudo():
            if reason:
                body = self.env._(
                    "Released for work although not ready to collect. Status: "
                    "%(state)s",
                    state=booking.collection_readiness_reason,
                )
            else:
                body = self.env._("The release for work was withdrawn.")
            self.env["paycollect.release"].sudo()._record(booking, reason, now)
            booking.write(self._prepare_override_vals(reason, now))
            booking._message_log(body=body)

    def _prepare_override_vals(self, reason, now):
        return {
            "collection_override_user_id": self.env.uid if reason else False,
            "collection_override_date": now if reason else False,
            "collection_override_reason": reason or False,
        }
