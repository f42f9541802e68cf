# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...rules import charge
from ...rules.charge import COMMON_WAITS, WAIT
from ...rules.const import OCCASION_DUE, PLANNED
from ..method.payment_provider import ON


class PaycollectAttempt(models.Model):
    """What holds charges back: daily limits, and the switch that stops them all.

    A parked attempt stays planned, but the sweep no longer picks it up. Its
    ``parked_code`` names the cause, so that all attempts parked for the same cause
    resume together once it is gone.
    """

    _inherit = "paycollect.attempt"

    parked_reason = fields.Char(
        string="Held Back Because",
        compute="_compute_parked_reason",
        help="Why the charge is held back. Empty if it isn't.",
    )
    parked_code = fields.Char(
        string="Hold Code",
        readonly=True,
        help="Technical code of the rule that holds the charge back.",
    )
    is_released = fields.Boolean(
        string="Released",
        readonly=True,
        help="A manager released this charge; daily limits no longer hold it back.",
    )

    _parked = models.Index("(company_id) WHERE parked_code IS NOT NULL")

    @api.depends("parked_code", "reason_code", "reason_params")
    @api.depends_context("lang", "tz")
    def _compute_parked_reason(self):
        for attempt in self:
            code = attempt.parked_code
            params = attempt.reason_params if code == attempt.reason_code else None
            attempt.parked_reason = code and attempt._get_reason_text(code, params)

    # -- buttons -------------------------------------------------------------

    def action_release(self):
        """Button: release attempts that are held back (managers only).

        :raise UserError: while all charging is stopped, which has its own button
        """
        self.env["paycollect.access"]._check_manager(self)
        parked = self.filtered(lambda a: a.state == PLANNED and a.parked_code)
        if not parked:
            raise UserError(self.env._("None of these charges are held back."))
        stopped = parked.company_id.filtered(lambda c: c._is_collection_stopped())
        if stopped:
            raise UserError(
                self.env._(
                    "All charging for %(company)s is stopped, so no charge can be "
                    "released. Click “Resume Charging” first.",
                    company=", ".join(stopped.mapped("name")),
                )
            )
        parked.sudo().is_released = True
        parked.sudo()._set_unparked()

    # -- transitions ---------------------------------------------------------

    def _park_or_postpone(self, decision, now):
        params = self.move_id._prepare_reason_params(decision, self.token_id)
        if decision.verdict == WAIT:
            self._set_parked(decision.reason, params)
        else:
            until = decision.params.get("until")
            self._postpone(decision.reason, params, now, until)
            if decision.reason == "network_cap":
                self.move_id._notify_customer(OCCASION_DUE, now)

    def _set_parked(self, code, params=None):
        """Hold the charge back and notify the exceptions owner once a day.

        Causes in ``COMMON_WAITS`` create no activity for a single charge.
        """
        self.ensure_one()
        self.write(
            {
                "parked_code": code,
                "reason_code": code,
                "reason_params": params or False,
            }
        )
        if code in (*COMMON_WAITS, charge.APPROVAL):
            return
        self.company_id._schedule_collection_activity(
            self.move_id,
            self._get_parked_summary(code),
            self.env._(
                "%(reason)s Release or cancel held charges under Collections ▸ "
                "Attempts, using the “Needs Attention” filter.",
                reason=self.parked_reason,
            ),
            once_a_day=True,
            code=self._get_parked_kind(code),
        )

    def _get_parked_kind(self, code):
        """Return the kind of activity: each cause once, per customer or company."""
        is_customer = code in (
            "customer_count_brake",
            "customer_amount_brake",
            charge.CREDIT,
        )
        return f"{code}_{self.partner_id.id}" if is_customer else code

    def _get_parked_summary(self, code):
        if code in ("customer_count_brake", "customer_amount_brake"):
            return self.env._(
                "Charges to %(customer)s are held back", customer=self.partner_id.name
            )
        if code == charge.CREDIT:
            return self.env._("Unapplied customer credit")
        return self.env._("Charges are held back")

    def _set_unparked(self, _now=None):
        """Queue parked attempts again; the rules decide anew before they are sent."""
        self.write({"parked_code": False, "reason_code": False, "reason_params": False})
        self._enqueue()

    def _unpark(self, code, now=None):
        """Queue the attempts that are parked for ``code`` although the cause is gone.

        The sweep does the same for attempts parked by a worker that hadn't yet seen
        that the cause was gone.

        :param now: naive UTC datetime
        """
        self._search_unparkable(code, now or fields.Datetime.now())._set_unparked()

    def _search_unparkable(self, code, now):
        """Hook: return what is parked for ``code`` although the cause is gone."""
        parked = self.search([("parked_code", "=", code), ("state", "=", PLANNED)])
        if code == charge.CREDIT:
            collectables = parked.move_id._get_collectable(now)
            return parked.filtered(lambda a: not collectables[a.move_id].credit_waiting)
        providers, companies = parked.token_id.provider_id, parked.company_id
        match code:
            case charge.STOPPED:
                free = companies.filtered(lambda c: not c._is_collection_stopped())
                return parked.filtered(lambda a: a.company_id in free)
            case charge.PROVIDER_OFF:
                free = providers.filtered(lambda p: p.state in ON)
                return parked.filtered(lambda a: a.token_id.provider_id in free)
            case charge.MOVED:
                return parked.browse() if companies._has_moved() else parked
            case charge.IN_DRAFT:
                return parked.filtered(lambda a: a.move_id.state != "draft")
            case charge.BLOCKED:
                return parked.filtered(lambda a: a.move_id.payment_state != "blocked")
            case charge.ARCHIVED:
                return parked.filtered(lambda a: not a.move_id._is_customer_archived())
            case charge.KEY_REJECTED:
                free = providers.filtered(lambda p: not p._is_key_rejected(now))
                return parked.filtered(lambda a: a.token_id.provider_id in free)
        return parked

    # -- facts ---------------------------------------------------------------

    def _prepare_charge_facts(self, now):
        """Hook: return facts about the attempt being claimed, by field name."""
        self.ensure_one()
        return {
            "is_retry": self.trigger == "retry",
            "changed": self._get_change(),
            **self._get_brake_facts(now),
        }

    def _get_brake_facts(self, now):
        """Return what was sent on the company's day, for ``ChargeFacts``.

        Takes one query for all limits. Workers that claim at the same moment don't see
        each other, so a limit can be exceeded by the number of job slots minus one.
        """
        company = self.company_id
        facts = {
            "released": self.is_released,
            "count_limit": company.collection_daily_count,
            "amount_limit": company.collection_daily_amount,
            "customer_count_limit": company.collection_customer_daily_count,
            "customer_amount_limit": company.collection_customer_daily_amount,
        }
        if self.is_released or not any(facts.values()):
            return facts
        sums = dict.fromkeys(
            ("today_count", "today_amount", "customer_count", "customer_amount"), 0
        )
        for currency, count, amount, own_count, own_amount in self._read_sent(now):
            sums["today_count"] += count
            sums["today_amount"] += self._convert_brake(amount, currency, now)
            sums["customer_count"] += own_count
            sums["customer_amount"] += self._convert_brake(own_amount, currency, now)
        return facts | sums

    def _read_sent(self, now):
        """Yield (currency, count, amount, customer's count, customer's amount)."""
        names = ["company_id", "partner_id", "currency_id", "amount", "sent_at"]
        self.flush_model(names)
        midnight, _next_midnight = self.company_id._get_day_bounds(now)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, count(*), sum(amount),
                       count(*) FILTER (WHERE partner_id = %(partner)s),
                       coalesce(sum(amount) FILTER (WHERE partner_id = %(partner)s), 0)
                  FROM paycollect_attempt
                 WHERE company_id = %(company)s AND sent_at >= %(midnight)s
              GROUP BY currency_id
                """,
                partner=self.partner_id.id,
                company=self.company_id.id,
                midnight=midnight,
            )
        )
        for currency_id, *sums in rows:
            yield (self.env["res.currency"].browse(currency_id), *sums)

    def _convert_brake(self, amount, currency, now):
        """Return an amount in company currency at today's rate."""
        company = self.company_id
        return currency._convert(
            float(amount), company.currency_id, company, company._get_today(now)
        )
