# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_customer_data
from . import payment_provider
from . import paycollect_chargeback
from . import paycollect_chargeback_books
from . import paycollect_chargeback_text
from . import account_move
from . import paycollect_attempt
from . import res_company
from . import res_config_settings
