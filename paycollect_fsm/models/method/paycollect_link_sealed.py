# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models

SEALED = re.compile(r"/pay/link-(\d{1,9})\b")


class PaycollectLink(models.Model):
    """Sealed links: what stands in a message until it leaves.

    Coworkers can read queued and sent messages, but a link acts as the customer. So
    the text that is stored only names the link, and the token is put in when the
    email or SMS is handed to its server.
    """

    _inherit = "paycollect.link"

    pending_token = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        mask_cards=False,
        help="The token of a link whose message has not been sent yet.",
    )

    @api.model
    def _issue_sealed(
        self, partner, purpose, company=None, move=None, now=None, **values
    ):
        """Create a link for a message and return a URL that names it but opens nothing.

        Each message needs a link of its own. For the arguments, see ``_issue``.
        """
        link, raw = self._create_link(partner, purpose, company, move, now, **values)
        link.pending_token = raw
        return link._get_url(f"link-{link.id}")

    @api.model
    def _find_sealed(self, text):
        """Return the links (sudo) that are sealed in a text."""
        ids = {int(number) for number in SEALED.findall(text or "")}
        return self.sudo().browse(ids).exists()

    @api.model
    def _unseal(self, text, partner):
        """Return the text with working links, to be handed to the server now.

        :param partner: the customer that it is for; links of others stay sealed
        """
        owner = partner.commercial_partner_id
        tokens = {
            str(link.id): link.pending_token
            for link in self._find_sealed(text)
            if link.pending_token and link.partner_id.commercial_partner_id == owner
        }
        return SEALED.sub(lambda m: f"/pay/{tokens.get(m[1], f'link-{m[1]}')}", text)

    @api.model
    def _forget_tokens(self, text):
        """Keep only the hashes of the links in a message that was sent."""
        self._find_sealed(text).pending_token = False
