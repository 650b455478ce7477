/** What to do about a preview that failed, for the failures that everybody meets. */

const ADVICE: [RegExp, (stack: string) => string][] = [
  [
    /no stack named|stack '.*' not found/i,
    (stack) => `make the stack once, with: pulumi stack init ${stack}`,
  ],
  [
    /passphrase must be set|incorrect passphrase|decrypt|could not create secrets manager/i,
    () =>
      "give the stack's passphrase (PULUMI_CONFIG_PASSPHRASE_FILE) or access to its key service; without either: --unchecked",
  ],
  [
    /unreachable|connection refused|no such host|i\/o timeout|context .* does not exist|invalid configuration: no configuration/i,
    () =>
      "check that the stack's cluster answers (kubectl --context NAME get nodes); without a cluster: --unchecked",
  ],
  [
    /currently locked/i,
    (stack) => `somebody else is deploying; if nobody is: pulumi cancel --stack ${stack}`,
  ],
  [/cannot find module|MODULE_NOT_FOUND/i, () => "install the dependencies: npm ci"],
  [
    /no resource plugin|plugin .* not found|resource plugin/i,
    () => "let Slipway find or build the plugins: ./slipway up, then run this again",
  ],
  [
    /resource .* cannot be deleted|is protected/i,
    () => "the resource is protected: pulumi state unprotect URN, if you mean it",
  ],
  [/unauthorized|forbidden|401|403|credentials/i, () => "check the credentials this run has"],
];

export function advice(stack: string, errors: string[]): string {
  const text = errors.join("\n");
  const known = ADVICE.find(([pattern]) => pattern.test(text));
  return known === undefined ? `see the same here: ./slipway preview ${stack}` : known[1](stack);
}
