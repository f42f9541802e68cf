/* global Stripe */

import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {loadJS} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const STRIPE_JS = "https://js.stripe.com/v3/";
const CHECKS = 6;
const CHECK_PAUSE = 2000; // Milliseconds

/**
 * The customer confirms a declined payment with the bank.
 *
 * The server returns how (`flow`) when the button is clicked and gets the outcome
 * from the provider itself; the browser's own report is not trusted.
 */
export class Authenticate extends Interaction {
    static selector = ".o_paycollect_authenticate";
    dynamicContent = {
        ".o_paycollect_confirm": {
            "t-on-click": this.confirm,
            "t-att-disabled": () => this.isBusy,
            "t-att-class": () => ({"d-none": this.isSimulating || this.isClosed}),
        },
        ".o_paycollect_confirm_spinner": {
            "t-att-class": () => ({"d-none": !this.isBusy}),
        },
        ".o_paycollect_steps": {
            "t-att-class": () => ({"d-none": this.isSimulating || this.isClosed}),
        },
        ".o_paycollect_bank": {
            "t-att-class": () => ({"d-none": !this.isSimulating}),
        },
        ".o_paycollect_bank button": {"t-att-disabled": () => this.isBusy},
        ".o_paycollect_bank_confirm": {"t-on-click": () => this.check(true)},
        ".o_paycollect_bank_refuse": {"t-on-click": () => this.check(false)},
        ".o_paycollect_message": {
            "t-out": () => this.message,
            "t-att-class": () => ({"d-none": !this.message}),
        },
    };

    setup() {
        this.isBusy = false;
        this.isSimulating = false;
        this.isClosed = false;
        this.message = "";
    }

    async confirm() {
        const answer = await this.askWhile("busy", "");
        if (answer.flow === "simulated") {
            this.isSimulating = true;
            this.updateContent();
            this.el.querySelector(".o_paycollect_bank_confirm").focus();
        } else if (answer.flow === "stripe") {
            await this.confirmWithStripe(answer);
        } else {
            this.show(answer);
        }
    }

    async confirmWithStripe(values) {
        this.setBusy(true);
        let error = null;
        try {
            await this.waitFor(loadJS(STRIPE_JS));
            const stripe = Stripe(values.publishable_key);
            const result = await this.waitFor(
                stripe.confirmCardPayment(values.client_secret, {
                    payment_method: values.payment_method,
                })
            );
            error = result.error && result.error.message;
        } catch {
            error = _t("We couldn't open your bank's page.");
        }
        await this.check(null, error);
    }

    async check(confirmed, error) {
        const answer = await this.askWhile("waiting", "/check", {confirmed});
        if (error && answer.outcome === "failed") {
            answer.message = `${error} ${answer.message}`;
        }
        this.isSimulating = false;
        this.show(answer);
    }

    /**
     * Call our server again while it is working on this payment at this very moment,
     * such as on the provider's notification or on the email.
     */
    async askWhile(outcome, step, params) {
        let answer = await this.ask(step, params);
        for (let tries = 1; answer.outcome === outcome && tries < CHECKS; tries++) {
            this.setBusy(true);
            await this.waitFor(new Promise((done) => setTimeout(done, CHECK_PAUSE)));
            answer = await this.ask(step, params);
        }
        return answer;
    }

    /**
     * Call our server; without a response, the outcome is unknown.
     */
    async ask(step, params = {}) {
        this.message = "";
        this.setBusy(true);
        try {
            return await this.waitFor(rpc(this.el.dataset.route + step, params));
        } catch {
            return {
                outcome: "failed",
                message: _t(
                    "We couldn't connect. Please check your internet connection, then reload this page."
                ),
            };
        } finally {
            this.setBusy(false);
        }
    }

    show(answer) {
        if (answer.outcome === "paid") {
            this.setBusy(true);
            window.location.reload();
            return;
        }
        this.message = answer.message;
        this.isClosed = answer.outcome !== "failed";
        this.updateContent();
        this.el.querySelector(".o_paycollect_message").focus();
    }

    setBusy(isBusy) {
        this.isBusy = isBusy;
        this.updateContent();
    }
}

registry
    .category("public.interactions")
    .add("paycollect_fsm.authenticate", Authenticate);
