# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules import handoff
from ...rules.handoff import BOTH, BUSINESS, CONSUMER, EXPORT, HTTP
from ...rules.handoff_call import is_safe_url


class PaycollectAgency(models.Model):
    """A collection agency or attorney: what it takes, and how it gets the file."""

    _name = "paycollect.agency"
    _description = "Collection Agency"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(
        default=10, help="The first agency that takes a case gets it."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner", string="Contact", help="Whom to call about a case."
    )
    share = fields.Float(
        string="Share (%)",
        tracking=True,
        help="The part of what it collects that the agency keeps, in percent.",
    )
    minimum_balance = fields.Monetary(
        default=500.0,
        tracking=True,
        help="Smaller claims aren't worth the agency's share.",
    )
    country_ids = fields.Many2many(
        "res.country",
        "paycollect_agency_country_rel",
        "agency_id",
        "country_id",
        string="Countries",
        help="Countries of the customers it takes. Empty: any country.",
    )
    debtor = fields.Selection(
        [
            (BOTH, "Consumers and businesses"),
            (CONSUMER, "Consumers"),
            (BUSINESS, "Businesses"),
        ],
        string="Takes",
        required=True,
        default=BOTH,
    )
    channel = fields.Selection(
        [(EXPORT, "Files, sent by you"), (HTTP, "Signed call to its server")],
        string="Gets the File By",
        required=True,
        default=EXPORT,
        tracking=True,
    )
    server_url = fields.Char(
        string="Address of Its Server",
        tracking=True,
        help="Where the file is sent, over HTTPS. Redirects aren't followed.",
    )
    secret = fields.Char(groups=fields.NO_ACCESS, copy=False)
    new_secret = fields.Char(
        string="New Signing Secret",
        compute="_compute_new_secret",
        inverse="_inverse_new_secret",
        groups="paycollect_fsm.group_manager",
        help="Shared with the agency; each call is signed with it. It can be replaced "
        "but not read.",
    )
    has_secret = fields.Boolean(
        string="Signing Secret Is Set",
        compute="_compute_has_secret",
        compute_sudo=True,
    )

    @api.constrains("share", "minimum_balance")
    def _check_terms(self):
        for agency in self:
            if not 0 <= agency.share <= 100 or agency.minimum_balance < 0:
                raise ValidationError(
                    self.env._(
                        "The share of %(agency)s must be between 0 and 100 percent, "
                        "and its minimum balance can't be negative.",
                        agency=agency.name,
                    )
                )

    @api.constrains("channel", "server_url")
    def _check_url(self):
        for agency in self:
            if agency.channel == HTTP and not is_safe_url(agency.server_url):
                raise ValidationError(
                    self.env._(
                        "The address of %(agency)s must start with https:// and must "
                        "not contain a password: the file contains personal data.",
                        agency=agency.name,
                    )
                )

    @api.depends("secret")
    def _compute_has_secret(self):
        for agency in self:
            agency.has_secret = bool(agency.secret)

    def _compute_new_secret(self):
        self.new_secret = False

    def _inverse_new_secret(self):
        for agency in self.filtered("new_secret"):
            agency.sudo().secret = agency.new_secret.strip()
            agency.message_post(body=self.env._("The signing secret was replaced."))

    # -- which one fits ----------------------------------------------------------

    @api.model
    def _choose(self, customer, company, currency, amount):
        """Return the agency that gets a case, and why others before it don't.

        :return: the agency (or none), and the :class:`rules.handoff.Choice`
        """
        agencies = self.search([("company_id", "=", company.id)])
        debtor = handoff.Debtor(
            amount,
            currency.name,
            customer.country_id.code or company.country_id.code or "",
            customer.is_company,
        )
        choice = handoff.choose(debtor, [agency._get_terms() for agency in agencies])
        return self.browse(choice.key), choice

    def _get_terms(self):
        """Return what the agency takes, as :class:`rules.handoff.Agency`."""
        agency = self.sudo()
        return handoff.Agency(
            key=self.id,
            minimum=self.minimum_balance,
            currency=self.currency_id.name,
            countries=frozenset(self.country_ids.mapped("code")),
            debtor=self.debtor,
            is_ready=self.channel == EXPORT
            or bool(agency.server_url and agency.secret),
        )

    def _get_obstacle_text(self, obstacle):
        """Return why an agency doesn't take a case, as a sentence."""
        self.ensure_one()
        values = {"agency": self.name, **obstacle.values}
        match obstacle.code:
            case handoff.NO_CHANNEL:
                return self.env._(
                    "%(agency)s has no signing secret or address yet.", **values
                )
            case handoff.OTHER_COUNTRY:
                return self.env._(
                    "%(agency)s takes no customers in this country.", **values
                )
            case handoff.OTHER_DEBTOR if self.debtor == BUSINESS:
                return self.env._(
                    "%(agency)s accepts only claims against businesses.", **values
                )
            case handoff.OTHER_DEBTOR:
                return self.env._(
                    "%(agency)s accepts only claims against consumers.", **values
                )
            case handoff.OTHER_CURRENCY:
                return self.env._(
                    "%(agency)s doesn't take cases in %(currency)s.", **values
                )
        values["minimum"] = self.currency_id._format_amount(self.minimum_balance)
        return self.env._("%(agency)s takes no case below %(minimum)s.", **values)
