/** @odoo-module **/
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {Component, onWillUnmount, useEffect, useState} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const MODEL = "paycollect.take.payment";
const NOTIFICATIONS = ["paycollect_fsm.outcome", "paycollect_fsm.invoice_outcome"];
/** Seconds between two looks, in case that no notification arrives. */
const WAITS = [3, 5, 5, 10, 10, 20, 30, 30, 60, 60, 60, 60];
const ICONS = {
    waiting: "fa-mobile",
    done: "fa-check-circle",
    processing: "fa-clock-o",
    failed: "fa-exclamation-circle",
};
const COLORS = {
    waiting: "text-bg-light",
    done: "text-bg-success",
    processing: "text-bg-info",
    failed: "text-bg-danger",
};

/**
 * What became of a payment that was taken in person. While it waits for the customer or
 * the provider, it changes by itself.
 */
export class Door extends Component {
    static template = "paycollect_fsm.Door";
    static props = {
        ...standardActionServiceProps,
        close: {type: Function, optional: true},
    };

    setup() {
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.orm = useService("orm");
        this.params = this.props.action.params;
        this.state = useState({...this.params.status});
        this.refresh = this.refresh.bind(this);
        useEffect(
            (isOpen) => (isOpen ? this.follow() : undefined),
            () => [["waiting", "processing"].includes(this.state.state)]
        );
        onWillUnmount(() => browser.clearTimeout(this.timer));
    }

    get isWaiting() {
        return this.state.state === "waiting";
    }

    get icon() {
        return ICONS[this.state.state];
    }

    get color() {
        return COLORS[this.state.state];
    }

    follow() {
        this.bus.addChannel(this.params.channel);
        for (const name of NOTIFICATIONS) {
            this.bus.subscribe(name, this.refresh);
        }
        this.look();
        return () => {
            browser.clearTimeout(this.timer);
            for (const name of NOTIFICATIONS) {
                this.bus.unsubscribe(name, this.refresh);
            }
            this.bus.deleteChannel(this.params.channel);
        };
    }

    look(times = 0) {
        browser.clearTimeout(this.timer);
        if (times < WAITS.length) {
            this.timer = browser.setTimeout(async () => {
                await this.refresh();
                if (["waiting", "processing"].includes(this.state.state)) {
                    this.look(times + 1);
                }
            }, WAITS[times] * 1000);
        }
    }

    async refresh() {
        try {
            const args = [[this.params.dialog]];
            Object.assign(this.state, await this.orm.call(MODEL, "get_status", args));
        } catch {
            // Without a connection, the next look or notification does it.
        }
    }

    async takeMore() {
        const args = [[this.params.dialog]];
        this.action.doAction(await this.orm.call(MODEL, "action_open", args));
    }

    async finish() {
        await this.action.doAction({type: "ir.actions.act_window_close"});
        this.action.doAction({type: "ir.actions.client", tag: "soft_reload"});
    }
}

registry.category("actions").add("paycollect_door", Door);
