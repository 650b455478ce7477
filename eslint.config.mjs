// Type-aware rules everywhere: a promise nobody awaits, or an assertion inside a bare `apply`,
// is a test that cannot fail.
import js from "@eslint/js";
import ts from "typescript-eslint";

const assertionInApply = {
  selector:
    "ExpressionStatement > CallExpression[callee.property.name='apply'] CallExpression:matches([callee.name=/^(assert|expect)$/], [callee.object.name='assert'])",
  message: "An assertion in an apply nobody awaits cannot fail its test: await the output's value first.",
};

export default ts.config(
  { ignores: ["node_modules/**", "**/node_modules/**", "artefacts/**", "demo/web/public/**"] },
  js.configs.recommended,
  { files: ["**/*.ts"], extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked] },
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-restricted-syntax": ["error", assertionInApply],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      // Tests look at manifests as they are: what a manifest holds has no type, and a wrong path fails its assertion.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-meaningless-void-operator": "off",
    },
  },
);
