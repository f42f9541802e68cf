# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from . import paycollect_dunning_plan
from . import paycollect_dunning_plan_activation
from . import paycollect_dunning_case
from . import paycollect_dunning_message
from . import paycollect_dunning_replay
from . import paycollect_dunning_replay_facts
from . import paycollect_dunning_replay_line
