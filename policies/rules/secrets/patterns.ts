/** What secrets look like, as regular expressions that RE2 and JavaScript read alike. */

/** Names (in capitals) that hold a secret. Only at the end: PASSWORD_MIN_LENGTH and TOKEN_FILE hold none. */
export const secretName =
  "(^|[_.-])(PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_?KEY|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|ENCRYPTION_?KEY|SIGNING_?KEY|CREDENTIALS|CONNECTION_?STRING|DSN|WEBHOOK_?URL)$";

/** Texts that are one: a private key, a vendor's token, an address with a password in it (but not `$(PASSWORD)`). */
export const secretText =
  "-----BEGIN [A-Z ]*PRIVATE KEY-----|(^|[^A-Za-z0-9])(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{10}|sk_live_[A-Za-z0-9]{16}|dop_v1_[a-f0-9]{64})|[a-z][a-z0-9+.-]*://[^/@: ]*:[^/@ $][^/@ ]*@";

/** An option on a command line that is given a secret: --password=hunter2. */
export const secretOption = "^--?[a-z-]*(password|passwd|secret|token|api-?key)=[^$ ]";
