# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import fsm_order
from . import fsm_order_billing
from . import fsm_order_collectable
from . import fsm_order_collection_line
from . import fsm_order_difference
from . import fsm_order_extras
from . import fsm_order_history
from . import fsm_order_preview
from . import fsm_order_rest
from . import fsm_stage
from . import paycollect_customer_data
from . import res_company
from . import res_config_settings
from . import sale_order
from . import sale_order_line
from . import sale_order_line_share
