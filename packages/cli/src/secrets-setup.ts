import { secretRegistry, type SecretRegistry } from '@holdfast/core/engine';

/** Variables that hold a secret, by their names. */
const SECRET_NAME = /(^|_)(API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)($|_)/i;

/** Every secret of the environment, known before anything is read, run or said. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): SecretRegistry {
  const secrets = secretRegistry();
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && SECRET_NAME.test(name) && !/^[/~.]/.test(value)) secrets.add(name, value);
  }
  return secrets;
}
