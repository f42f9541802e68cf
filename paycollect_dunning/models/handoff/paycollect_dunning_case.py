# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import CLOSED, HANDED_OVER, OPEN
from ...rules.decision import HANDED, PAUSE, Obstacle
from ...rules.handoff import HANDED_OVER as HANDED_OVER_STATES
from ...rules.handoff import OPEN_STATES as OPEN_HANDOFFS


class PaycollectDunningCase(models.Model):
    """A case that an agency has isn't reminded of; one that nobody paid goes there."""

    _inherit = "paycollect.dunning.case"

    handoff_ids = fields.One2many(
        "paycollect.handoff", "case_id", string="Hand-Overs", readonly=True
    )

    is_small = fields.Boolean(
        compute="_compute_is_small",
        compute_sudo=True,
        help="Less is owed than the company's limit for small balances.",
    )

    @api.depends("amount", "company_id.dunning_write_off_limit")
    def _compute_is_small(self):
        today = fields.Date.context_today(self)
        for case in self:
            company = case.company_id
            amount = case.currency_id._convert(
                case.amount, company.currency_id, company, today
            )
            case.is_small = 0 < amount < company.dunning_write_off_limit

    def action_propose_handoff(self):
        """Button: propose the case for an agency now (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        now = fields.Datetime.now()
        case = self.sudo()
        open_handoffs = case.handoff_ids.filtered(lambda h: h.state in OPEN_HANDOFFS)
        handoff = open_handoffs[:1] or case._propose_now(now)
        case.write({"kept_at": False, "kept_reason": False})
        return {
            "type": "ir.actions.act_window",
            "res_model": "paycollect.handoff",
            "view_mode": "form",
            "res_id": handoff.id,
        }

    def _propose_now(self, now):
        """:raise UserError: if nothing is asked for"""
        items = self._get_asked_items(now)[self]
        overdue = [item for item in items if item.state == "overdue"]
        if not overdue:
            raise UserError(self.env._("Nothing is overdue, so there is no claim."))
        return self.env["paycollect.handoff"]._create_proposal(self, overdue, now)

    def _get_asked_items(self, now):
        """Return ``{case: [OpenItem]}`` of what is asked for in its currency."""
        found = {case: [] for case in self}
        for company, cases in self.grouped("company_id").items():
            today = company._get_today(now)
            items = cases.partner_id._get_open_items(company, today)
            for case in cases:
                found[case] = [
                    item
                    for item in items[case.partner_id.commercial_partner_id]
                    if item.is_asked and item.currency == case.currency_id
                ]
        return found

    @api.model
    def _propose_due(self, company, now):
        """Propose the cases whose last level was told in vain (sudo).

        What the run found for the level to hand over, as far as it is still asked for.
        """
        cases = self.search(
            [("company_id", "=", company.id), ("reason_code", "=", HANDED)]
        )
        items = cases._get_asked_items(now)
        for case in cases:
            lines = case.message_row_ids.line_ids
            named = lines.filtered("level_id.hand_over").line_id
            told = [item for item in items[case] if item.line in named]
            self.env["paycollect.handoff"]._propose(case, told, now)

    def _set_handed_over(self, handoff):
        """An agency has the case; the runs leave it alone."""
        self.write(
            {
                "state": HANDED_OVER,
                "reason_code": HANDED_OVER,
                "reason_values": {"handoff": [handoff.name, handoff.agency_id.name]},
                "next_date": False,
            }
        )

    @api.model
    def _set_taken_back(self, handoff):
        """The customer's case is ours again; the next run decides it."""
        cases = self.search(
            [
                ("partner_id", "=", handoff.partner_id.id),
                ("company_id", "=", handoff.company_id.id),
                ("currency_id", "=", handoff.currency_id.id),
                ("state", "=", HANDED_OVER),
            ]
        )
        cases.write({"state": OPEN, "reason_code": False, "reason_values": False})

    def _join(self, customer, now=None):
        """The case that stays after a merge keeps the hand-overs of both.

        Two agencies may have one each; the second one stays where it is.
        """
        super()._join(customer, now)
        kept = self.filtered(lambda case: case.state != CLOSED)
        handoffs = self.handoff_ids
        given = handoffs.filtered(lambda h: h.state in HANDED_OVER_STATES)
        proposed = handoffs.filtered(lambda h: h.state in OPEN_HANDOFFS) - given
        (handoffs - given - proposed).case_id = kept
        if not (given | proposed).filtered(lambda h: h.case_id == kept):
            (given or proposed)[:1].case_id = kept
        if given:
            kept._set_handed_over(given[:1])

    def _get_obstacles(self, candidates, now):
        """An agency has the case: we say nothing."""
        obstacles = super()._get_obstacles(candidates, now)
        handoffs = self.env["paycollect.handoff"].search(
            [
                ("company_id", "in", list({one.company_id for one in candidates})),
                ("state", "in", HANDED_OVER_STATES),
            ]
        )
        names = {
            (h.partner_id.id, h.company_id.id, h.currency_id.id): [
                h.name,
                h.agency_id.name,
            ]
            for h in handoffs
        }
        for one in candidates if names else ():
            key = (one.partner_id, one.company_id, one.currency_id)
            if found := names.get(key):
                obstacles.setdefault(one.key, []).append(
                    Obstacle(HANDED_OVER, PAUSE, values={"handoff": found})
                )
        return obstacles

    def _get_reason_text(self, code, values):
        if code == HANDED_OVER:
            if not values:
                return self.env._("An agency has this case, so no reminder is sent.")
            name, agency = values["handoff"]
            return self.env._(
                "%(agency)s has this case (%(name)s), so no reminder is sent.",
                agency=agency,
                name=name,
            )
        return super()._get_reason_text(code, values)
