/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {ListController} from "@web/views/list/list_controller";
import {listView} from "@web/views/list/list_view";

/** Attempts on a desktop or a phone: the button that stops all charging, and a banner
 *  while it is stopped. */
const withCharging = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            this.actionService = useService("action");
            this.dialogService = useService("dialog");
            this.charging = useState({
                may_stop: false,
                may_resume: false,
                moved: "",
                may_answer: false,
                stops: [],
                engines: [],
            });
            this.orm = useService("orm");
            this.notification = useService("notification");
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
            const action = await this.orm.call(
                "res.company",
                "action_stop_collection",
                [ids]
            );
            return this.actionService.doAction(action);
        }

        confirmOriginal() {
            this.confirmMove({
                method: "action_confirm_original",
                title: _t("Mark this database as the original?"),
                body: _t(
                    "The charges and messages that were held back will be sent to customers now. If another copy of this database is running, customers may be charged twice."
                ),
                confirmLabel: _t("Mark as Original"),
                done: _t("This is the original database: charges and messages resume."),
            });
        }

        confirmCopy() {
            this.confirmMove({
                method: "action_confirm_copy",
                title: _t("Mark this database as a copy?"),
                body: _t(
                    "Planned charges will be canceled, customer links will be revoked, and this database will no longer charge or message customers. Canceled charges and revoked links can't be restored."
                ),
                confirmLabel: _t("Mark as Copy"),
                done: _t("This is a copy: automatic collection is turned off."),
            });
        }

        confirmMove({method, done, ...texts}) {
            this.dialogService.add(ConfirmationDialog, {
                ...texts,
                confirm: async () => {
                    await this.orm.call("res.company", method, []);
                    await this.loadCharging();
                    await this.model.load();
                    this.notification.add(done, {type: "success"});
                },
                cancel: () => undefined,
            });
        }

        async switchedOff(providerId) {
            await this.orm.call("payment.provider", "action_foreign_retries_off", [
                [providerId],
            ]);
            await this.loadCharging();
            await this.model.load();
        }
    };

export class AttemptListController extends withCharging(ListController) {
    static template = "paycollect_fsm.AttemptList";
}

export class AttemptKanbanController extends withCharging(KanbanController) {
    static template = "paycollect_fsm.AttemptKanban";
}

registry.category("views").add("paycollect_attempt_list", {
    ...listView,
    Controller: AttemptListController,
});

registry.category("views").add("paycollect_attempt_kanban", {
    ...kanbanView,
    Controller: AttemptKanbanController,
});
