# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import account_move
from . import account_move_line
from . import paycollect_customer_data
from . import paycollect_dunning_case
from . import paycollect_dunning_message_line
from . import paycollect_dunning_plan
from . import paycollect_late_fee
from . import paycollect_late_fee_book
from . import paycollect_late_fee_facts
from . import paycollect_late_fee_rate
from . import paycollect_late_fee_settle
from . import paycollect_late_fee_text
from . import res_company
from . import res_config_settings
