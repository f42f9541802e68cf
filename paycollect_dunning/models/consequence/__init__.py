# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import base_partner_merge
from . import paycollect_booking_mixin
from . import paycollect_customer_data
from . import paycollect_dunning_case
from . import paycollect_policy
from . import res_partner
