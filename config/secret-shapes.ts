/** What secrets look like when someone writes them in clear: by the name they are given, or by their shape. */

/** Names that end like a secret's: DB_PASSWORD, STRIPE_SECRET, API_KEY, GITHUB_TOKEN. */
const SECRET_ENDING =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|KEY|KEY_BASE|APIKEY|TOKEN|CREDENTIALS?)$/i;
/** Keys that are made to be seen: a Supabase anon key, a Stripe publishable key. */
const MEANT_TO_BE_SEEN = /(?:^|_)(?:PUBLIC|PUBLISHABLE|ANON|SITE)_/i;

/** Whether a variable's name says that its value is secret. */
export function soundsSecret(name: string): boolean {
  return SECRET_ENDING.test(name) && !MEANT_TO_BE_SEEN.test(name);
}

const SHAPES: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b/],
  ["a GitLab token", /\bglpat-[\w-]{20,}/],
  ["a Slack token", /\bxox[abprs]-[\w-]{10,}/],
  ["a Slack webhook's address", /hooks\.slack\.com\/(?:services|workflows)\/\w+\/\w+/],
  ["a Stripe secret key", /\b[sr]k_(?:live|test)_\w{16,}/],
  ["an OpenAI or Anthropic key", /\bsk-(?:ant-|proj-)?[\w-]{32,}/],
  ["a Google API key", /\bAIza[\w-]{35}\b/],
  ["a SendGrid key", /\bSG\.[\w-]{16,}\.[\w-]{16,}/],
  ["an npm token", /\bnpm_\w{36}\b/],
  ["a signed token (JWT)", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
];
/** user:password@ in an address. A password that is a placeholder such as $PASSWORD is none. */
const PASSWORD_IN_ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:([^\s/?#@]+)@/i;

/** What a value is, when it looks like a secret; never the value itself. */
export function shapeOfSecret(value: string): string | undefined {
  const password = PASSWORD_IN_ADDRESS.exec(value)?.[1];
  if (password !== undefined && !/^(?:\$|%|<|\{)/.test(password)) return "an address with a password in it";
  return SHAPES.find(([, shape]) => shape.test(value))?.[0];
}
