# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_promise
from . import paycollect_promise_facts
from . import paycollect_promise_make
from . import paycollect_promise_text
from . import account_move
from . import account_move_line
from . import paycollect_customer_data
from . import res_company
from . import res_config_settings
from . import res_partner
