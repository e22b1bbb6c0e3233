import type { ClientError, ClientErrorClass } from '@holdfast/core/wire';

/** A request that is answered with an error, in its client's own protocol. Thrown by handlers too: the shell writes it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly error: ClientError;
  /** What the answer's head says beside what every error's head says. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: ClientError, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.error = error;
    this.headers = headers;
  }
}

/** The shell's own refusals. Their sentences hold no number that reads like a status: clients retry on those (field note 9). */
export const refusal = (
  status: number,
  kind: ClientErrorClass,
  message: string,
  more: { readonly param?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Refusal => new Refusal({ status, class: kind, message, ...(more.param !== undefined && { param: more.param }) }, more.headers);

const LOUD = /[45]\d\d/;

/** A number in a sentence: clients look for `429`, `503` and their like anywhere in it. The largest one up to `count` that holds none. */
export function calm(count: number): string {
  const text = String(count);
  const at = text.search(LOUD);
  if (at === -1) return text;
  // 14 290 → 13 999
  const whole = text.split('.')[0]!;
  if (at >= whole.length) return whole;
  const head = Number(whole.slice(0, at + 1)) - 1;
  return calm(Number(`${head}${'9'.repeat(whole.length - at - 1)}`));
}
