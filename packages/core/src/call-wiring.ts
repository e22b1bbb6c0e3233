import { known, refuse } from './option-checks.ts';
import type { Attribution, Clock, Emit, Random } from './ports.ts';
import { LABELS } from './rules/labels.ts';

/** What an application hands in as code: a call would fail of it later, and of another reason, or in silence. */
export interface Wiring {
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly emit?: Emit | undefined;
  readonly attribution?: Attribution | undefined;
}

const CLOCK: readonly (keyof Clock)[] = ['now', 'mono', 'sleep', 'after'];

const OWN_LABELS = `labels of one call go into providerOptions.holdfast: { ${LABELS.join(', ')} }`;

/** Whether all of it can be called. */
export function checkWiring({ name, clock, random, emit, attribution }: Wiring, where: (option: string) => string): void {
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) refuse(where('name'), 'must be a text that is not empty');
  const missing = clock === undefined ? undefined : CLOCK.find((verb) => typeof clock?.[verb] !== 'function');
  if (missing !== undefined) refuse(where('clock'), `must be a clock with ${CLOCK.join(', ')}; it has no ${missing}()`);
  if (random !== undefined && typeof random !== 'function') refuse(where('random'), 'must be a function that answers a number from 0 to 1');
  if (emit !== undefined && typeof emit !== 'function') refuse(where('emit'), 'must be a function: (event) => …');
  if (attribution === undefined || typeof attribution?.current === 'function') return;
  refuse(
    where('attribution'),
    `must have a method current() that answers the labels of whoever calls, as asyncAttribution() of @holdfast/core/node has; ${OWN_LABELS}`,
  );
}

/** The options of a function of ours, which has no use without any. */
export function given<T extends object>(options: T, of: string, example: string): T {
  const any: unknown = options;
  if (typeof any === 'object' && any !== null && !Array.isArray(any)) return options;
  return refuse(of, `needs an object of options, such as ${example}`);
}

/** What a call is asked with: a request without a prompt reaches nobody. */
export function checkRequest(options: { readonly prompt?: unknown } | undefined, where: string): void {
  if (Array.isArray(options?.prompt)) return;
  refuse(`${where}({ prompt })`, 'must be a list of messages, as the AI SDK makes it: generateText({ model, prompt }) takes a text');
}

const SETTINGS = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'stopSequences',
  'providerOptions',
  'headers',
  'effort',
] as const;

const COUNTS: ReadonlySet<string> = new Set(['maxOutputTokens', 'topK', 'seed']);

/** The settings of one model; `effort` is checked where its words are known. */
export function checkSettings(settings: unknown, where: (option: string) => string): void {
  if (settings === undefined) return;
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) return refuse(where('settings'), 'must be an object');
  known(settings, SETTINGS, (name) => where(`settings.${name}`));
  for (const [name, value] of Object.entries(settings)) {
    const problem = value === undefined ? undefined : settingProblem(name, value);
    if (problem !== undefined) refuse(where(`settings.${name}`), problem);
  }
}

function settingProblem(name: string, value: unknown): string | undefined {
  if (name === 'effort') return undefined;
  if (name === 'stopSequences')
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? undefined : 'must be a list of texts';
  if (name === 'providerOptions' || name === 'headers')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object';
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if (COUNTS.has(name) && !Number.isInteger(value)) return 'must be a whole number';
  return name === 'maxOutputTokens' && value < 1 ? 'must be at least 1' : undefined;
}
