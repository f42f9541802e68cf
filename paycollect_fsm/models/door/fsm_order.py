# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import AccessError, UserError

TAKERS = (
    "fieldservice.group_fsm_user_own,fieldservice.group_fsm_dispatcher,"
    "paycollect_fsm.group_user"
)
OFFICE = "fieldservice.group_fsm_dispatcher,paycollect_fsm.group_user"


class FSMOrder(models.Model):
    """A job whose customer pays the worker."""

    _inherit = "fsm.order"

    collection_can_take = fields.Boolean(
        compute="_compute_collection_can_take",
        compute_sudo=True,
        groups="base.group_user",
        help="Whether something is owed for the job that can be paid in person now.",
    )

    def _compute_collection_can_take(self):
        for job in self:
            job.collection_can_take = bool(job._get_door_invoices())

    def _get_door_invoices(self):
        """Return the job's invoices (sudo) that can be paid in person, oldest first."""
        moves = self.sudo().invoice_lines.move_id
        open_moves = moves.filtered(lambda move: not move._get_door_problem())
        return open_moves.sorted(lambda move: (move.invoice_date, move.id))

    def action_take_payment(self):
        """Button: open the dialog that takes a payment at the door.

        :raise AccessError: if another worker does the job
        :raise UserError: if nothing is owed that can be paid now
        """
        self.ensure_one()
        self._check_may_take_payment()
        moves = self._get_door_invoices()
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing can be collected for %(job)s now: it isn't billed yet, it "
                    "is paid, or a payment is on its way.",
                    job=self.display_name,
                )
            )
        return self.env["paycollect.take.payment"]._open(moves[0], self)

    def _check_may_take_payment(self):
        """:raise AccessError: unless the user works in the office or on this job"""
        self.env["paycollect.access"]._check_groups(
            self,
            TAKERS,
            self.env._("Only workers and office staff can take payments."),
        )
        if self.env.su or self.env.user.has_groups(OFFICE):
            return
        workers = self.sudo().person_id | self.sudo().person_ids
        users = workers.partner_id.user_ids
        if users and self.env.user not in users:
            raise AccessError(
                self.env._(
                    "%(job)s belongs to another worker, who has to take the payment. "
                    "Or ask the dispatcher to assign it to you.",
                    job=self.display_name,
                )
            )
