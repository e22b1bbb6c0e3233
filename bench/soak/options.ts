import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

const HELP = `npm run bench:soak -- [--minutes 10] [--streams 64] [--faults 5] [--seed N] [--kill] [--direct]

  --minutes N   how long (fractions are minutes too)
  --streams N   calls at a time
  --faults N    per cent of the providers' requests that fail
  --seed N      the same seed is the same load and the same outage
  --kill        every 20 s one provider is killed with -9, and is back 2 s later
  --every N     ms between two frames of an answer (default 5)
  --direct      without a gateway: what the same clients meet at the providers themselves`;

export interface SoakOptions {
  readonly minutes: number;
  readonly streams: number;
  readonly faults: number;
  readonly seed: number;
  readonly every: number;
  readonly kill: boolean;
  readonly direct: boolean;
}

function number(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new Error(`--${name}: "${text}" is no number of at least ${least}`);
}

/** Ends the process with 2 on a wrong line. */
export function soakOptions(): SoakOptions {
  try {
    const flag = (value: string) => ({ type: 'string', default: value }) as const;
    const off = { type: 'boolean', default: false } as const;
    const numbers = {
      minutes: flag('10'),
      streams: flag('64'),
      faults: flag('5'),
      seed: flag(String(randomInt(2 ** 31))),
      every: flag('5'),
    };
    const { values } = parseArgs({ options: { ...numbers, kill: off, direct: off, help: off } });
    if (values.help) {
      console.log(HELP);
      process.exit();
    }
    return {
      minutes: number('minutes', values.minutes, 0.01),
      streams: number('streams', values.streams, 1),
      faults: number('faults', values.faults, 0),
      seed: number('seed', values.seed, 0),
      every: number('every', values.every, 0),
      kill: values.kill,
      direct: values.direct,
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(2);
  }
}
