# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

# policies and readiness
from . import paycollect_policy
from . import paycollect_policy_text
from . import paycollect_booking_mixin
from . import sale_order
from . import fsm_order_booking

# links, methods, consents
from . import paycollect_link
from . import paycollect_link_visit
from . import paycollect_consent
from . import payment_token
from . import payment_transaction
from . import res_partner

# completion, charge, receipt
