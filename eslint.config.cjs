const globals = require("globals");
const js = require("@eslint/js");

module.exports = [
    {ignores: ["**/static/lib/**", "**/static/src/lib/**"]},
    js.configs.recommended,
    {
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: {...globals.browser, odoo: "readonly", luxon: "readonly"},
        },
        rules: {
            "array-callback-return": "error",
            "dot-notation": "error",
            eqeqeq: "error",
            "no-else-return": "error",
            "no-empty-function": "error",
            "no-eval": "error",
            "no-implicit-globals": "error",
            "no-lonely-if": "error",
            "no-param-reassign": "error",
            "no-return-assign": "error",
            "no-shadow": "error",
            "no-throw-literal": "error",
            "no-unneeded-ternary": "error",
            "no-unused-expressions": "error",
            "no-use-before-define": ["error", {functions: false}],
            "no-var": "error",
            "prefer-const": "error",
            radix: "error",
        },
    },
    {
        files: ["**/*.cjs"],
        languageOptions: {sourceType: "commonjs", globals: globals.node},
    },
];
