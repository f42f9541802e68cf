# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import fsm_order
from . import fsm_order_billing
from . import fsm_order_collectable
from . import fsm_order_collection_line
from . import fsm_order_preview
from . import fsm_stage
from . import sale_order
from . import sale_order_line
