# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager

from odoo import api, models

from ...rules.decision import SEND, SKIP


class PaycollectDunningCase(models.Model):
    """What a run would write, without writing it."""

    _inherit = "paycollect.dunning.case"

    @api.model
    def _preview(self, plan, now):
        """Return what a plan does today, whether it is turned on or not (sudo).

        :param plan: ``paycollect.dunning.plan``
        :param now: naive UTC datetime
        :return: list of (:class:`rules.outcome.Outcome`, [contact dict]), messages
            first
        """
        company = plan.company_id
        cases = self.sudo().with_company(company)
        outcomes = cases._decide(company, now, plans=plan)
        outcomes = cases._limit_per_day(outcomes, company, now)
        contacts = cases._preview_contacts(outcomes, company, now)
        rows = [(one, contacts.get(one.key, [])) for one in outcomes.values()]
        rows.sort(
            key=lambda row: (row[0].decision.action != SEND, -row[0].decision.amount)
        )
        return rows

    def _preview_contacts(self, outcomes, company, now):
        """Return ``{key: [contact]}`` of the messages that would go out now."""
        due = [one for one in outcomes.values() if one.decision.action == SEND]
        found = {}
        with self._undone():
            ids = self._preview_cases(due, now)
            for level_id, group in _group(due, lambda one: one.level_id).items():
                level = self.env["paycollect.dunning.level"].browse(level_id)
                if not level._has_channel():
                    continue
                keys = {ids[one.key]: one.key for one in group}
                chosen = self.browse(keys)._choose_contacts(level, now)
                for case, contacts in chosen.items():
                    found[keys[case.id]] = [_describe(one) for one in contacts]
        return found

    def _preview_cases(self, outcomes, now):
        """Return ``{key: ID of the case}``; missing ones are made to be undone."""
        made = self._insert_cases([one for one in outcomes if not one.case_id], now)
        return {one.key: one.case_id or made[one.key] for one in outcomes}

    def _preview_texts(self, plan, key, now):
        """Return what a customer would read: a list of dicts by channel.

        :param key: (ID of the customer, ID of the currency)
        :param now: naive UTC datetime
        """
        company = plan.company_id
        cases = self.sudo().with_company(company)
        outcome = cases._decide(
            company, now, plans=plan, customer_ids=[key[0]], exact=True
        ).get(key)
        if not outcome or outcome.decision.action not in (SEND, SKIP):
            return []
        with cases._undone():
            case = cases.browse(cases._preview_cases([outcome], now)[key])
            level = self.env["paycollect.dunning.level"].browse(outcome.level_id)
            if not level._has_channel():
                return []
            contacts = case._choose_contacts(level, now)[case]
            values = case._prepare_messages(outcome, level, contacts, company, now)
            rows = self.env["paycollect.dunning.message"].sudo().create(values)
            return [row._preview_text() for row in rows if row.channel]

    @contextmanager
    def _undone(self):
        """Undo whatever is written inside the block."""
        with self.env.cr.savepoint() as savepoint:
            try:
                yield
            finally:
                savepoint.rollback()
                self.env.invalidate_all(flush=False)


def _group(values, get_key):
    groups = {}
    for value in values:
        groups.setdefault(get_key(value), []).append(value)
    return groups


def _describe(contact):
    """Return a contact without its record, which may be gone in a moment."""
    return {
        "channel": contact.channel,
        "address": contact.address or contact.partner.display_name or "",
        "send_at": contact.send_at,
        "reason_code": contact.reason_code,
        "reason_values": contact.reason_values,
    }
