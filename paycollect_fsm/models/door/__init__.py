# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_journal
from . import account_move
from . import account_payment
from . import fsm_order
from . import paycollect_custody
from . import paycollect_custody_alarm
from . import paycollect_custody_books
from . import paycollect_custody_event
from . import paycollect_custody_receipt
from . import paycollect_custody_steps
from . import paycollect_customer_data
from . import paycollect_link
from . import paycollect_message
from . import res_company
from . import res_config_settings
from . import res_partner
from . import sale_order
