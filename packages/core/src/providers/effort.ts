import { EFFORTS } from '../rules/target.ts';

/** Clamping is by place in the list of efforts. */
const LEVELS: readonly string[] = EFFORTS;

/** Of a server that nothing is known of: the three that every imitation of chat completions knows. */
const COMMON = ['low', 'medium', 'high'];

/**
 * The nearest effort a target takes, the lower of two equally near; `none` where it is not offered means that nothing is sent: less than
 * the least is better left to the server.
 */
export function clampEffort(wanted: string, offered: readonly string[] = COMMON): string | undefined {
  if (offered.includes(wanted)) return wanted;
  const at = LEVELS.indexOf(wanted);
  if (at === -1) return wanted;
  if (wanted === 'none') return undefined;
  const distance = (one: string): number => Math.abs(LEVELS.indexOf(one) - at);
  return offered
    .filter((one) => one !== 'none')
    .reduce<string | undefined>((best, one) => (best !== undefined && distance(best) <= distance(one) ? best : one), undefined);
}
