# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_deposit_text
from . import paycollect_attempt
from . import paycollect_booking_mixin
from . import paycollect_customer_data
from . import paycollect_policy
from . import payment_transaction
from . import sale_order
from . import sale_order_cancel
from . import sale_order_cancel_search
from . import sale_order_confirm
from . import sale_order_deposit
from . import sale_order_deposit_customer
from . import sale_order_deposit_text
from . import sale_order_method
