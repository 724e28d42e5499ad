const SECRET_NAME =
  /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(_?\d+)?$/i;
/** A key that is handed out to browsers. */
const NO_SECRET = /PUBLIC|PUBLISHABLE/i;
/** Where it is, and not what it is: an ARN, a path, or what something else resolves. */
const REFERENCE =
  /^(arn:[\w-]+:.*|(file:\/\/)?\.{0,2}\/[\w.@-]+(\/[\w.@-]+)*|\$\{.*\}|\$[A-Z_][A-Z0-9_]*|\{\{.*|(vault|ssm|secretsmanager):.*)$/s;
const SETTING = /^(true|false|yes|no|on|off|none|null|enabled|disabled)?$/i;
/** `MAX_TOKEN=4096`. */
const LIMIT = /^\d{1,7}(ms|s|m|h|d)?$/;
/** `postgres://user:password@host`. */
const CREDENTIALS_IN_URL = /^[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:([^\s/@]+)@/i;

/**
 * Whether a variable of a task definition holds a secret in plain text. The name counts by its end:
 * `DB_PASSWORD` is one, `PASSWORD_MIN_LENGTH` and `SECRET_ARN` are not.
 */
export function holdsSecret(name: string, value: string): boolean {
  const inUrl = CREDENTIALS_IN_URL.exec(value)?.[1];
  if (inUrl !== undefined) return !/^(\$|\{\{|<)/.test(inUrl);
  if (!SECRET_NAME.test(name) || NO_SECRET.test(name)) return false;
  if (/TOKEN$/i.test(name) && LIMIT.test(value)) return false;
  return !REFERENCE.test(value) && !SETTING.test(value.trim());
}
