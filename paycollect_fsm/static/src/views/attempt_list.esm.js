/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {onWillStart, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";

/** The list of attempts, with a banner while all charging is stopped. */
export class AttemptListController extends ListController {
    static template = "paycollect_fsm.AttemptList";

    setup() {
        super.setup();
        this.charging = useState({
            may_stop: false,
            may_resume: false,
            moved: "",
            may_answer: false,
            stops: [],
            engines: [],
        });
        this.orm = useService("orm");
        onWillStart(() => this.loadCharging());
    }

    async loadCharging() {
        Object.assign(
            this.charging,
            await this.orm.call("res.company", "get_charging_status", [])
        );
    }

    async openSwitch(companyId) {
        const ids = companyId ? [companyId] : [];
        const action = await this.orm.call("res.company", "action_stop_collection", [
            ids,
        ]);
        return this.actionService.doAction(action);
    }

    async answerMove(method) {
        await this.orm.call("res.company", method, []);
        await this.loadCharging();
        await this.model.load();
    }

    async switchedOff(providerId) {
        await this.orm.call("payment.provider", "action_foreign_retries_off", [
            [providerId],
        ]);
        await this.loadCharging();
        await this.model.load();
    }
}

registry.category("views").add("paycollect_attempt_list", {
    ...listView,
    Controller: AttemptListController,
});
