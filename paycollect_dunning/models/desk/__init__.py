# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import paycollect_desk_item
from . import paycollect_desk_item_activities
from . import paycollect_desk_item_parts
from . import paycollect_desk_item_payouts
from . import paycollect_desk_item_plans
from . import paycollect_desk_item_text
from . import res_partner
from . import res_partner_hold
from . import res_partner_timeline
