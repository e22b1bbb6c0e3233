import { parseArgs } from 'node:util';

const HELP = `npm run bench:gateway -- [--rounds N] [--ms N] [--concurrency 1,32,128] [--only NAME,…] [--section NAME,…] [--profile DIR] [--md]

  --rounds N        rounds of each cell; medians are told (default 5)
  --ms N            how long a round of a cell lasts (default 1500)
  --concurrency L   clients at a time (default 1,32,128)
  --only LIST       of the subjects, those whose names contain one of these words; the node:http pipe is always there
  --section LIST    cost, translation, passage, idle, hangups, workers (default: all)
  --profile DIR     the gateway's CPU profile, for a look at what costs; its figures are then none
  --md              tables for a document

The references that are no part of the project: npm --prefix bench/peers ci; nginx from the system's packages.`;

export const SECTIONS = ['cost', 'translation', 'passage', 'idle', 'hangups', 'workers'] as const;
export type Section = (typeof SECTIONS)[number];

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

function read() {
  const flag = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: {
      rounds: flag('5'),
      ms: flag('1500'),
      concurrency: flag('1,32,128'),
      only: flag(''),
      section: flag(SECTIONS.join(',')),
      profile: { type: 'string' },
      md: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  return values;
}

function wrong(error: unknown): never {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  process.exit(2);
}

const whole = (name: string, text: string): number =>
  /^[1-9]\d*$/.test(text) ? Number(text) : wrong(`--${name}: "${text}" is no whole number`);

export function options() {
  let values: ReturnType<typeof read>;
  try {
    values = read();
  } catch (error) {
    return wrong(error);
  }
  const unknown = list(values.section).find((one) => !SECTIONS.some((section) => section === one));
  if (unknown !== undefined) wrong(`--section: there is no "${unknown}"`);
  return {
    rounds: whole('rounds', values.rounds),
    ms: whole('ms', values.ms),
    concurrency: list(values.concurrency).map((one) => whole('concurrency', one)),
    only: list(values.only),
    sections: new Set(list(values.section) as readonly Section[]),
    profile: values.profile,
    md: values.md,
    json: values.json,
  };
}
