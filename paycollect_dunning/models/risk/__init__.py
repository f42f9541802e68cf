# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import base_partner_merge
from . import paycollect_customer_data
from . import paycollect_dunning_case
from . import paycollect_risk_grade
from . import paycollect_risk_grade_facts
from . import paycollect_risk_grade_run
from . import paycollect_risk_grade_term
from . import paycollect_risk_grade_text
from . import res_company
from . import res_config_settings
from . import res_partner
