/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

/** The list of policies, which says that their order matters. */
export class PolicyListController extends ListController {
    static template = "paycollect_fsm.PolicyList";
}

registry.category("views").add("paycollect_policy_list", {
    ...listView,
    Controller: PolicyListController,
});
