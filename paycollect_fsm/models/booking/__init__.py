# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import base_partner_merge
from . import paycollect_customer_data
from . import res_company
from . import paycollect_policy
from . import paycollect_policy_resolution
from . import paycollect_policy_text
from . import paycollect_booking_mixin
from . import paycollect_booking_mixin_gate
from . import paycollect_booking_mixin_policy
from . import paycollect_booking_mixin_search
from . import paycollect_booking_mixin_text
from . import res_partner
from . import paycollect_booking_mixin_unusable
from . import sale_order
from . import sale_order_search
from . import fsm_order
from . import fsm_order_search
