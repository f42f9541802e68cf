# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import invoice_payment
from . import pay
from . import pay_authenticate
from . import pay_payment
from . import portal_method
from . import portal_order
from . import stripe_webhook
from . import stripe_return
from . import token_payment
from .link_logging import install

install()
