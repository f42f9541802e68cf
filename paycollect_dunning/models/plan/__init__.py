# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_dunning_plan
from . import paycollect_dunning_plan_choice
from . import paycollect_dunning_level
from . import res_company
from . import res_config_settings
from . import res_partner
