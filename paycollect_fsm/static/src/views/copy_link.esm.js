import {Component, onMounted, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/**
 * Shows a link for the customer once; it is stored nowhere.
 */
export class CopyLink extends Component {
    static template = "paycollect_fsm.CopyLink";
    static props = {
        ...standardActionServiceProps,
        close: {type: Function, optional: true},
    };

    setup() {
        this.input = useRef("input");
        this.state = useState({label: _t("Copy")});
        onMounted(() => this.input.el.select());
    }

    async copy() {
        this.input.el.select();
        try {
            await browser.navigator.clipboard.writeText(this.url);
            this.state.label = _t("Copied");
        } catch {
            this.state.label = _t("Press Ctrl+C");
        }
    }

    get url() {
        return this.props.action.params.url;
    }
}

registry.category("actions").add("paycollect_copy_link", CopyLink);
