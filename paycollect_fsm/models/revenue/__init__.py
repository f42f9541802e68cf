# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import fsm_order
from . import paycollect_revenue
from . import paycollect_revenue_money
from . import paycollect_revenue_query
from . import paycollect_revenue_share
