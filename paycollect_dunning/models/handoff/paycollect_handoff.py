# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.handoff import (
    APPROVED,
    EXPORT,
    OPEN_STATES,
    PROPOSED,
    RECALLED,
    REFUSED,
    SENT,
    SETTLED,
)


class PaycollectHandoff(models.Model):
    """A case that an agency is asked to collect: from the proposal to its result.

    The agency is always told the whole claim, with a version that grows. The claim
    only ever shrinks: what is paid, credited or disputed meanwhile is taken back.
    """

    _name = "paycollect.handoff"
    _description = "Hand-Over to an Agency"
    _inherit = ["mail.thread", "mail.activity.mixin", "paycollect.worker.mixin"]
    _order = "id desc"

    name = fields.Char(string="Reference", compute="_compute_name")
    case_id = fields.Many2one(
        "paycollect.dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    agency_id = fields.Many2one(
        "paycollect.agency",
        index=True,
        tracking=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id)]",
        write_groups="paycollect_fsm.group_manager",
    )
    channel = fields.Selection(related="agency_id.channel")
    item_ids = fields.One2many(
        "paycollect.handoff.item", "handoff_id", string="Claim", readonly=True
    )
    amount = fields.Monetary(
        string="Claim",
        readonly=True,
        tracking=True,
        help="What the agency was told, or will be told.",
    )
    first_amount = fields.Monetary(
        string="Handed Over", readonly=True, help="The claim when it was sent first."
    )
    amount_open = fields.Monetary(
        string="Open Today",
        compute="_compute_amount_open",
        compute_sudo=True,
        help="The open amount of the invoices in the claim, less what's in dispute.",
    )
    expected_cost = fields.Monetary(
        string="Agency's Share",
        compute="_compute_expected_cost",
        help="What the agency keeps if it collects all of the claim.",
    )
    state = fields.Selection(
        [
            (PROPOSED, "Proposed"),
            (APPROVED, "Approved"),
            (SENT, "With the agency"),
            (SETTLED, "Settled"),
            (RECALLED, "Recalled"),
            (REFUSED, "Not handed over"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default=PROPOSED,
        tracking=True,
        index=True,
    )
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    refusal = fields.Char(string="Why Not", readonly=True)
    proposed_at = fields.Datetime(string="Proposed On", required=True, readonly=True)
    approved_at = fields.Datetime(string="Approved On", readonly=True)
    approved_by_id = fields.Many2one("res.users", readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    closed_at = fields.Datetime(string="Closed On", readonly=True)
    version = fields.Integer(readonly=True, help="Grows whenever the agency is told.")
    call_ids = fields.One2many(
        "paycollect.handoff.call", "handoff_id", string="Calls", readonly=True
    )
    dossier_pdf = fields.Binary(string="File (PDF)", readonly=True, attachment=True)
    dossier_csv = fields.Binary(string="Claim (CSV)", readonly=True, attachment=True)
    agency_reference = fields.Char(
        string="Agency's Reference", readonly=True, mask_cards=False
    )
    collected = fields.Monetary(
        readonly=True, help="What the agency collected in total, as it reported."
    )
    fee = fields.Monetary(
        string="Agency's Fee", readonly=True, help="What the agency kept of it."
    )
    net = fields.Monetary(string="Paid Out", compute="_compute_net")
    result_at = fields.Datetime(string="Last Result On", readonly=True)

    _one_open = models.UniqueIndex(
        "(case_id) WHERE state IN ('proposed', 'approved', 'sent')",
        "This case is already proposed or handed over.",
    )

    @api.depends("company_id")
    def _compute_name(self):
        for handoff in self:
            handoff.name = f"HO-{handoff.id:05d}" if handoff.id else False

    @api.depends("name", "partner_id")
    def _compute_display_name(self):
        for handoff in self:
            names = (handoff.name, handoff.partner_id.display_name)
            handoff.display_name = " · ".join(filter(None, names))

    @api.depends("item_ids")
    def _compute_amount_open(self):
        for handoff in self:
            lines = handoff.item_ids.line_id
            handoff.amount_open = sum(lines._get_undisputed_amounts().values())

    @api.depends("amount", "agency_id.share")
    def _compute_expected_cost(self):
        for handoff in self:
            cost = handoff.amount * handoff.agency_id.share / 100
            handoff.expected_cost = handoff.currency_id.round(cost)

    @api.depends("collected", "fee")
    def _compute_net(self):
        for handoff in self:
            handoff.net = handoff.collected - handoff.fee

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Hand-overs are part of the history and can't be deleted.")
        )

    # -- buttons ---------------------------------------------------------------

    def action_approve(self):
        """Button: hand the case over to the agency (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        for handoff in self.sudo():
            handoff._approve(self.env.user, fields.Datetime.now())

    def action_refuse(self):
        """Button: keep the case (Collections managers); the dialog asks why."""
        self.env["paycollect.access"]._check_manager(self)
        return self._open_dialog(REFUSED, self.env._("Keep the Case"))

    def action_recall(self):
        """Button: take the case back (Collections managers); the dialog asks why."""
        self.env["paycollect.access"]._check_manager(self)
        return self._open_dialog(RECALLED, self.env._("Recall from the Agency"))

    def _open_dialog(self, state, title):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "paycollect.handoff.end",
            "view_mode": "form",
            "target": "new",
            "context": {"default_handoff_id": self.id, "default_state": state},
        }

    def action_mark_sent(self):
        """Button: the files were sent to the agency by hand (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        for handoff in self.sudo():
            if handoff.state != APPROVED or handoff.channel != EXPORT:
                raise UserError(
                    self.env._(
                        "Only an approved hand-over to an agency that gets files from "
                        "you can be marked as sent."
                    )
                )
            if not handoff.dossier_pdf:
                raise UserError(
                    self.env._("Download the file first, and send it to the agency.")
                )
            handoff._set_sent(fields.Datetime.now())

    def action_download(self):
        """Button: make the file anew and download the PDF (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        handoff = self.sudo()
        if handoff.state in OPEN_STATES:
            handoff._make_files(fields.Datetime.now())
        return self._get_download("dossier_pdf", f"{self.name}.pdf")

    def action_download_csv(self):
        """Button: make the file anew and download the claim (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        handoff = self.sudo()
        if handoff.state in OPEN_STATES:
            handoff._make_csv(fields.Datetime.now())
        return self._get_download("dossier_csv", f"{self.name}.csv")

    def _get_download(self, field, name):
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/{field}/{name}?download=true",
            "target": "download",
        }

    def action_send_again(self):
        """Button: call the agency again, with the same key (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        for handoff in self.sudo():
            handoff._send_again(fields.Datetime.now())
