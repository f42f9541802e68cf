/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {onWillUnmount, useEffect} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {BadgeField, badgeField} from "@web/views/fields/badge/badge_field";

/** States that the office, the customer or the provider may still change. */
const OPEN = ["planned", "held", "approval", "charging", "to_collect", "failed"];
/** Seconds between two looks at a charge, in case that no notification arrives. */
const WAITS = [5, 10, 20, 30, 30, 60, 60, 60];

/** The payment of a job, which changes on the screen when it is paid or declined. */
export class OutcomeField extends BadgeField {
    setup() {
        super.setup();
        this.bus = useService("bus_service");
        this.onNotified = ({id}) => id === this.props.record.resId && this.refresh();
        useEffect(
            (resId, isOpen) => resId && isOpen && this.follow(resId),
            () => [this.props.record.resId, OPEN.includes(this.state)]
        );
        useEffect(
            (isCharging) => isCharging && this.look(),
            () => [this.state === "charging"]
        );
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get state() {
        return this.props.record.data[this.props.name];
    }

    follow(resId) {
        const channel = `paycollect_fsm.job/${resId}`;
        this.bus.addChannel(channel);
        this.bus.subscribe("paycollect_fsm.outcome", this.onNotified);
        return () => {
            this.bus.unsubscribe("paycollect_fsm.outcome", this.onNotified);
            this.bus.deleteChannel(channel);
        };
    }

    look(times = 0) {
        browser.clearTimeout(this.timer);
        if (times >= WAITS.length) {
            return;
        }
        this.timer = browser.setTimeout(async () => {
            await this.refresh();
            if (this.state === "charging") {
                this.look(times + 1);
            }
        }, WAITS[times] * 1000);
    }

    /** Read the record again, unless that would discard what the user is typing. */
    async refresh() {
        const {record} = this.props;
        try {
            if (!(await record.isDirty())) {
                await record.load();
            }
        } catch {
            // Without a connection, the next look or notification does it.
        }
    }
}

registry.category("fields").add("paycollect_outcome", {
    ...badgeField,
    component: OutcomeField,
});
