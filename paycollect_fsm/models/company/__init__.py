# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import base
from . import base_card_numbers
from . import ir_default
from . import mail_activity
from . import mail_message
from . import paycollect_access
from . import paycollect_customer_data
from . import paycollect_log
from . import paycollect_worker_mixin
from . import res_company
from . import res_company_activation
from . import res_company_day
from . import res_company_home
from . import res_company_privacy
from . import res_company_public
from . import res_config_settings
from . import res_currency
