# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlsplit

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from .res_company_activation import BLOCKER, OK, WARNING, Check

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class ResCompany(models.Model):
    """The address under which customers reach this company's pages.

    Not ``web.base.url``: Odoo sets that to the host of an administrator's login, which
    is whatever the request says.
    """

    _inherit = "res.company"

    collection_public_url = fields.Char(
        string="Public Address",
        help="Links in emails and text messages to customers start with this address, "
        "for example https://pay.example.com.",
        write_groups="base.group_system",
    )

    def _on_collection_active(self):
        for company in self.filtered(lambda one: not one.collection_public_url):
            company.collection_public_url = company.get_base_url().rstrip("/")
        return super()._on_collection_active()

    @api.constrains("collection_public_url")
    def _check_public_url_is_one(self):
        for company in self.filtered("collection_public_url"):
            url = company.collection_public_url
            if not _is_address(url):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” can't be the public address of %(company)s. Enter "
                        "the protocol and host name only, for example "
                        "https://pay.example.com.",
                        url=url,
                        company=company.name,
                    )
                )

    def _get_public_url(self):
        """Return the beginning of links to customers, without a trailing slash."""
        self.ensure_one()
        return (self.collection_public_url or self.get_base_url()).rstrip("/")

    # -- checklist -------------------------------------------------------------------

    def _get_activation_checks(self):
        return [
            *super()._get_activation_checks(),
            self._check_public_url(),
            *self._check_proxy(),
        ]

    def _check_public_url(self):
        title, url = self.env._("Public address"), self._get_public_url()
        if _is_local(url):
            text = self.env._(
                "Links to customers start with %(url)s, which only works on this "
                "computer. Enter the address that customers can reach in the settings.",
                url=url,
            )
            return Check(self._get_level_before_live(), title, text)
        if not url.startswith("https://"):
            text = self.env._(
                "Links to customers start with %(url)s, which isn't encrypted. Set up "
                "HTTPS, then enter the new address in the settings.",
                url=url,
            )
            return Check(self._get_level_before_live(), title, text)
        text = self.env._("Links to customers start with %(url)s.", url=url)
        return Check(OK, title, text)

    def _get_level_before_live(self):
        """Return the level of what is fine for a test, but not with real payments."""
        live = self._get_collection_providers().filtered(lambda p: p.state == "enabled")
        return BLOCKER if live else WARNING

    def _check_proxy(self):
        """Return a check if customers use HTTPS, which a proxy provides for Odoo."""
        if not self._get_public_url().startswith("https://"):
            return []
        title = self.env._("Reverse proxy")
        if tools.config["proxy_mode"]:
            text = self.env._(
                "proxy_mode is on: Odoo uses the network address that the proxy "
                "forwards for each customer."
            )
            return [Check(OK, title, text)]
        text = self.env._(
            "Odoo sees all customers under the proxy's network address, so one "
            "customer's wrong links lock out everyone. Set proxy_mode = True in Odoo's "
            "configuration file."
        )
        return [Check(WARNING, title, text)]


def _is_address(url):
    """Whether this is a protocol and a host name, and nothing else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    found = parts.scheme in ("http", "https") and parts.hostname and port != 0
    return bool(found and not more)


def _is_local(url):
    return urlsplit(url).hostname in LOCAL_HOSTS
