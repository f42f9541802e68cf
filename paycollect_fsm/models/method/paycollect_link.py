# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_list

from ...rules.links import PURPOSES, may

RAW_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")  # secrets.token_urlsafe(32)
MAX_TAIL = 20  # Extra characters that an email client or a user may leave at the end


class PaycollectLink(models.Model):
    """A signed link to one customer's page, usable without a login.

    The token has 256 random bits. Only its SHA-256 hash is stored, so neither a copy
    of the database nor a coworker with access to it can open the page. The link of a
    message that has not been sent yet is sealed, see ``_issue_sealed``.
    """

    _name = "paycollect.link"
    _description = "Signed Customer Link"
    _order = "id desc"
    _check_company_auto = True

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    purpose = fields.Selection(
        selection=[(purpose.code, purpose.label) for purpose in PURPOSES.values()],
        required=True,
        readonly=True,
    )
    move_id = fields.Many2one(
        comodel_name="account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
    )
    channel = fields.Selection(
        selection=[
            ("mail", "Email"),
            ("sms", "Text message"),
            ("copy", "Copied"),
            ("screen", "Shown on site"),
        ],
        string="Sent By",
        readonly=True,
        help="How a requested link got to the customer. “Copied” means that the user "
        "who created it passed it on; “Shown on site,” that it was a QR code on a "
        "worker's screen.",
    )
    token_hash = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        mask_cards=False,
    )
    expires_at = fields.Datetime(string="Expires On", required=True, readonly=True)
    revoked_at = fields.Datetime(string="Revoked On", readonly=True, copy=False)
    opened_at = fields.Datetime(
        string="First Opened",
        readonly=True,
        copy=False,
        help="When the page was first used. Email scanners that only fetch it are "
        "not counted.",
    )
    open_count = fields.Integer(string="Times Opened", readonly=True, copy=False)
    used_at = fields.Datetime(
        string="Last Used",
        readonly=True,
        copy=False,
        help="When the customer last completed the purpose of the link.",
    )
    state = fields.Selection(
        selection=[
            ("open", "Open"),
            ("used", "Used"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        string="Status",
        compute="_compute_state",
        search="_search_state",
        help="A used link can be opened again until it expires or is revoked.",
    )

    _token_hash_uniq = models.UniqueIndex("(token_hash)")

    @api.depends("expires_at", "revoked_at", "used_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for link in self:
            link.state = link._get_state(now)

    @api.depends("purpose", "partner_id")
    def _compute_display_name(self):
        purposes = dict(self._fields["purpose"]._description_selection(self.env))
        for link in self:
            link.display_name = f"{purposes.get(link.purpose)} ({link.partner_id.name})"

    @api.model
    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.now()
        live = fields.Domain("revoked_at", "=", False) & fields.Domain(
            "expires_at", ">", now
        )
        domains = {
            "open": live & fields.Domain("used_at", "=", False),
            "used": live & fields.Domain("used_at", "!=", False),
            "expired": fields.Domain("revoked_at", "=", False)
            & fields.Domain("expires_at", "<=", now),
            "revoked": fields.Domain("revoked_at", "!=", False),
        }
        return fields.Domain.OR([domains[state] for state in value if state in domains])

    def action_revoke(self):
        """Button: revoke these links immediately; they can no longer be opened."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._revoke()

    @api.model
    def _issue(self, partner, purpose, company=None, move=None, now=None, **values):
        """Create a link for one customer and return its absolute URL.

        The URL is returned once and cannot be recovered: only a hash is stored.

        :param partner: ``res.partner`` the page is for
        :param str purpose: see the field
        :param company: default: the current company
        :param move: the invoice, for purposes that concern one
        :param now: UTC, naive
        :param values: other fields, e.g. ``channel``
        """
        link, raw = self._create_link(partner, purpose, company, move, now, **values)
        return link._get_url(raw)

    @api.model
    def _create_link(
        self, partner, purpose, company=None, move=None, now=None, **values
    ):
        """Return the new link (sudo) and its raw token."""
        raw = secrets.token_urlsafe(32)
        company = company or self.env.company
        issued = self._prepare_issue_vals(raw, partner, purpose, company, move, now)
        return self.sudo().create(issued | values), raw

    def _get_url(self, path):
        return f"{self.company_id._get_public_url()}/pay/{path}"

    @api.model
    def _prepare_issue_vals(self, raw, partner, purpose, company, move, now):
        return {
            "partner_id": partner.id,
            "purpose": purpose,
            "company_id": company.id,
            "move_id": move.id if move else False,
            "token_hash": self._hash(raw),
            "expires_at": (now or fields.Datetime.now())
            + timedelta(days=self._get_valid_days(purpose)),
        }

    @api.model
    def _find(self, raw, now):
        """Return the link for a raw token and why it cannot be used.

        The look-up is by hash, so its timing reveals nothing about stored tokens.
        This is the only place that reads links with sudo for a visitor without a
        login.

        :param str raw: the token from the URL, in any form (see :meth:`_clean`)
        :param now: UTC, naive
        :return: ``(link, problem)``; ``problem`` is ``False``, ``"unknown"``,
            ``"revoked"`` or ``"expired"``; the link is empty when unknown
        """
        links = self.sudo()
        token = self._clean(raw)
        if not token:
            return links.browse(), "unknown"
        link = links.search([("token_hash", "=", self._hash(token))], limit=1)
        if not link:
            return link, "unknown"
        state = link._get_state(now)
        return link, state if state in ("revoked", "expired") else False

    @api.model
    def _clean(self, raw):
        """Return the token at the start of ``raw``, or None.

        A period, parenthesis, quote or space often sticks to the end of a link; the
        token's fixed length determines where it ends.
        """
        if not isinstance(raw, str) or len(raw) > 43 + MAX_TAIL:
            return None
        match = RAW_TOKEN.match(raw)
        return match and match.group()

    def _get_state(self, now):
        self.ensure_one()
        if self.revoked_at:
            return "revoked"
        if self.expires_at and self.expires_at <= now:
            return "expired"
        return "used" if self.used_at else "open"

    def _set_opened(self, now):
        """Count one visit to the page."""
        self.ensure_one()
        self.write(
            {
                "opened_at": self.opened_at or now,
                "open_count": self.open_count + 1,
            }
        )

    def _set_used(self, now):
        """Record that the customer completed the purpose of the link."""
        self.write({"used_at": now})

    def _revoke(self, now=None):
        self.filtered(lambda link: not link.revoked_at).write(
            {"revoked_at": now or fields.Datetime.now(), "pending_token": False}
        )

    def _get_waiting_moves(self):
        """Return the open invoices to charge once a method is saved (sudo)."""
        self.ensure_one()
        if not self.company_id.collection_active:
            return self.env["account.move"]
        return self.partner_id._get_waiting_moves(self.company_id)

    def _get_saved_method(self):
        """Return the method that was last saved through this link (sudo), if any."""
        self.ensure_one()
        consents = self.env["paycollect.consent"].sudo()
        return consents.search([("link_id", "=", self.id)], limit=1).token_id

    def _get_consent_text(self, charges_waiting=True):
        """Return the consent for the method page, in the current language.

        It states what the method is used for, what is charged right away, and how
        to revoke it (S1).

        :param charges_waiting: whether open invoices are charged right away
        """
        self.ensure_one()
        sentences = [
            self._get_use_text(),
            self._get_further_use_text(),
            charges_waiting and self._get_waiting_text(),
            self._get_ending_text(),
            self._offers_bank_debit() and self._get_bank_debit_text(),
        ]
        return " ".join(filter(None, sentences))

    def _get_use_text(self):
        """Return what a stored method is used for."""
        return self.env._(
            "I authorize %(company)s to store this payment method with its payment "
            "provider and to charge it for work I order: the agreed amount, when the "
            "work is done or on the dates we agreed on. I will get a receipt for every "
            "charge.",
            company=self.company_id.name,
        )

    def _get_further_use_text(self):
        """Hook: what else is done with a stored method before the work; or ""."""
        return ""

    def _get_waiting_text(self):
        """Name the open invoices that saving a method pays; empty if none."""
        if not self.company_id.collection_active:
            return ""
        amounts = self.partner_id._get_waiting_amounts(self.company_id)
        invoices = [
            f"{move.name} ({move.currency_id._format_amount(amount)})"
            for move, amount in amounts.items()
        ]
        if not invoices:
            return ""
        return self.env._(
            "As soon as it is saved, it will be charged for open invoices: "
            "%(invoices)s.",
            invoices=format_list(self.env, invoices),
        )

    def _get_ending_text(self):
        company = self.company_id
        contact = " / ".join(filter(None, (company.phone, company.email)))
        return self.env._(
            "I can cancel this authorization at any time by contacting %(contact)s.",
            contact=contact or company.name,
        )

    def _get_consent_mark(self):
        """Return a short hash that identifies the consent text shown."""
        return self._get_text_mark(self._get_consent_text())

    @api.model
    def _get_text_mark(self, text):
        return self._hash(text)[:32]

    def _prepare_validation_vals(self, ip_address):
        """Return the validation transaction's values set by the link alone."""
        self.ensure_one()
        return {
            "collection_link_id": self._origin.id,
            "collection_consent_text": self._get_consent_text(),
            "collection_consent_lang": self.env.lang,
            "collection_ip_address": ip_address,
        }

    @api.model
    def _hash(self, raw):
        return hashlib.sha256(raw.encode()).hexdigest()

    @api.model
    def _get_valid_days(self, purpose="method"):
        """Return the days until a new link expires.

        The parameter ``paycollect.link_days`` overrides the purpose's default.
        """
        value = self.env["ir.config_parameter"].sudo().get_param("paycollect.link_days")
        if value and str(value).isdigit() and int(value):
            return int(value)
        return self._get_purposes()[purpose].days

    @api.model
    def _get_days_left(self, purpose, now=None, **values):
        """Hook: the days that a new link works, as its message says.

        :param now: naive UTC datetime
        :param values: of the link
        """
        return self._get_valid_days(purpose)

    @api.model
    def _get_purposes(self):
        """Hook: ``{code: links.Purpose}``; addons add theirs."""
        return PURPOSES

    def _may(self, act):
        """Return whether the link allows ``act``, see ``rules/links.py``."""
        self.ensure_one()
        return may(self._get_purposes(), self.purpose, act)
