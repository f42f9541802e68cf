# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ...rules.const import MAIL, SMS
from ...rules.contact_times import CHANNELS, next_allowed
from ...rules.decision import PAUSE, Obstacle
from ...rules.frequency import WEEK
from .contact_planner import ContactPlanner

REPLY = "reply"


class PaycollectDunningCase(models.Model):
    """By which channel, to whom and when a customer is told."""

    _inherit = "paycollect.dunning.case"

    def _get_obstacles(self, candidates, now):
        """A reply stops the clock until somebody has read it."""
        obstacles = super()._get_obstacles(candidates, now)
        replies = (
            self.env["paycollect.dunning.reply"]
            .sudo()
            .search([("state", "=", "waiting")], order="id desc")
        )
        by_customer = {}
        for one in candidates if replies else ():
            by_customer.setdefault((one.partner_id, one.company_id), []).append(one)
        for reply in replies:
            values = reply._get_at()
            for one in by_customer.get((reply.partner_id.id, reply.company_id.id), ()):
                obstacles.setdefault(one.key, []).append(
                    Obstacle(REPLY, PAUSE, values=values)
                )
        return obstacles

    def _choose_contacts(self, level, now):
        """Return the contacts of each case: the level's channels, or else the next.

        A channel that can't be used (no address, bounced, opted out, no common hour) is
        replaced by the next one that can; the contact says so. What may not go out
        now gets the first moment that hours and limits allow. The cases of one
        customer in several currencies are told together.
        """
        planner = ContactPlanner(self, now)
        wanted = [channel for channel in CHANNELS if level[f"by_{channel}"]]
        return {case: planner.get_contacts(case, wanted) for case in self}

    def _find_holds(self, company):
        holds = super()._find_holds(company)
        replies = self.env["paycollect.dunning.reply"].sudo()
        for reply in replies.search(
            [("state", "=", "waiting"), ("company_id", "=", company.id)],
            order="received_at desc, id desc",
        ):
            holds[reply.partner_id.id] = Obstacle(REPLY, PAUSE, values=reply._get_at())
        return holds

    def _find_hour(self, channel, partner, number, at):
        """Return the first allowed hour from a moment on, or None."""
        self.ensure_one()
        hours = self.company_id._get_contact_hours(channel)
        if hours is None:
            return at
        zones = partner._get_contact_zones(self.company_id, number)
        holidays = self.company_id._get_holidays_of(partner, at)
        return next_allowed(at, zones, hours, holidays)

    def _get_taken_days(self, now):
        """Return the contacts of these customers lately and planned, one query.

        :return: ``{(customer ID, company ID): {(channel, day): {case IDs}}}``
        """
        self.env["paycollect.dunning.message"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT customer_id, company_id, channel,
                       COALESCE(sent_at, send_at, date), case_id
                  FROM paycollect_dunning_message
                 WHERE customer_id IN %s
                   AND state IN ('queued', 'delayed', 'sent')
                   AND channel IS NOT NULL
                   AND COALESCE(sent_at, send_at, date) >= %s
                """,
                tuple(self.partner_id.ids) or (0,),
                now - timedelta(days=WEEK + 1),
            )
        )
        companies = {company.id: company for company in self.company_id}
        taken = {}
        for customer_id, company_id, channel, at, case_id in rows:
            if company := companies.get(company_id):
                days = taken.setdefault((customer_id, company_id), {})
                key = (channel, company._get_today(at))
                days.setdefault(key, set()).add(case_id)
        return taken

    def _find_refused_addresses(self):
        """Return the addresses that servers or carriers refused for good (one query).

        What a later message reached is fine again.
        """
        failed = (
            self.env["paycollect.dunning.message"]
            .sudo()
            ._read_group(
                [
                    ("customer_id", "in", self.partner_id.ids),
                    ("state", "in", ("failed", "sent")),
                    ("channel", "in", (MAIL, SMS)),
                    ("address", "!=", False),
                ],
                ["address", "state"],
                ["id:max"],
            )
        )
        last = {}
        for address, state, row_id in failed:
            last[address] = max(last.get(address, (0, "")), (row_id, state))
        return {address for address, (_id, state) in last.items() if state == "failed"}

    def _find_blocked_numbers(self, recipients):
        """Return the numbers that opted out of texts (one query)."""
        partners = self.env["res.partner"].union(*recipients.values(), self.partner_id)
        numbers = {n for partner in partners for n in partner._find_numbers()}
        blocked = (
            self.env["phone.blacklist"]
            .sudo()
            .search_fetch([("number", "in", list(numbers))], ["number"])
        )
        return set(blocked.mapped("number"))
