# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_customer_data
from . import paycollect_customer_data_export
from . import paycollect_customer_data_texts
from . import paycollect_erasure
from . import paycollect_erasure_obstacles
from . import res_config_settings
from . import res_partner
