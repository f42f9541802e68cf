# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_link
from . import paycollect_link_bank_debit
from . import paycollect_link_sealed
from . import paycollect_link_visit
from . import base_partner_merge
from . import ir_http
from . import paycollect_consent
from . import paycollect_customer_data
from . import payment_method
from . import payment_provider
from . import payment_token
from . import payment_token_limits
from . import payment_token_order
from . import payment_token_unusable
from . import payment_transaction
from . import res_partner
from . import res_partner_reach
