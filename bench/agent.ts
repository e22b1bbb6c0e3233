/**
 * `npm run bench:agent`: runs of 50, 200 and 1,000 steps, a tool call each, over a model in process, ours beside other runtimes, each in a process
 * of its own; then what else is felt of a runtime. Ends with 1 when a figure misses its target.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempState } from '@holdfast/lab';
import { built } from './agent/built.ts';
import { LENGTHS, type Subject } from './agent/subject.ts';
import { passes, table, type Figure } from './figure.ts';
import { median } from './measure.ts';
import { machine, peersIfInstalled, versionOf } from './peers.ts';

const LONGEST_MS = 600_000;
/** Times that each of ours is measured, the subjects taking turns; some of the others take minutes. */
const ROUNDS = 3;
const SECONDS = 12;

const OURS = ['by hand', 'in memory', 'in memory, through a chain', 'SQLite', 'SQLite, through a chain'] as const;
/** By the name of the function in `peers/agents.js`. */
const PEERS: Readonly<Record<string, string>> = {
  pi: '@earendil-works/pi-agent-core',
  generateText: 'ai',
  streamText: 'ai',
  langchain: 'langchain',
  langgraph: '@langchain/langgraph',
  openai: '@openai/agents',
  mastra: '@mastra/core',
};
const SHOWN: Readonly<Record<string, string>> = {
  langchain: 'createAgent',
  langgraph: 'with MemorySaver',
  openai: 'run',
  mastra: 'generate',
};

async function node(args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [...args], { timeout: LONGEST_MS, maxBuffer: 16 * 1024 * 1024 })).stdout.trim();
}

/** Some say more than the figures: the last line is theirs. */
const subject = async (name: string): Promise<Subject> => {
  process.stderr.write(`${name} …\n`);
  return JSON.parse((await node([join(import.meta.dirname, 'agent/subject.ts'), name, `${SECONDS}`])).split('\n').at(-1)!) as Subject;
};

const labelOf = (name: string): string => {
  const library = PEERS[name];
  return library === undefined ? name : `${library} ${versionOf(library)}, ${SHOWN[name] ?? name}`;
};

/** The middle one of what the rounds came to. */
function middle(rounds: readonly Subject[]): Subject {
  const of = (steps: (typeof LENGTHS)[number]) => {
    const all = rounds.map((one) => one[steps]);
    const mid = (key: 'ms' | 'cpu' | 'growth') => median(all.map((one) => one[key]));
    return { ms: mid('ms'), cpu: mid('cpu'), growth: mid('growth'), runs: all.reduce((sum, { runs }) => sum + runs, 0) };
  };
  return { 50: of(50), 200: of(200), 1000: of(1000) };
}

type Measured = ReadonlyMap<string, Subject>;

async function steps(): Promise<Measured> {
  const peers = (await peersIfInstalled()) ? Object.keys(PEERS) : [];
  const rounds = new Map<string, Subject[]>([...OURS, ...peers].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    const fast = [...OURS, ...peers.slice(0, 1)];
    for (const name of round % 2 === 0 ? fast : fast.toReversed()) rounds.get(name)!.push(await subject(name));
  }
  for (const name of peers.slice(1)) rounds.get(name)!.push(await subject(name));
  return new Map([...rounds].map(([name, all]) => [name, middle(all)]));
}

function stepTable(all: Measured): string {
  const ours = all.get('in memory')!;
  const digits = (value: number) => (value >= 10 ? value.toFixed(1) : value.toPrecision(2));
  const rows = [...all].map(([name, of]) => [
    labelOf(name),
    ...LENGTHS.map((length) => digits(of[length].ms)),
    digits(of[1000].cpu),
    of[1000].growth.toFixed(2),
    `${digits(of[1000].ms / ours[1000].ms)} ×`,
  ]);
  const head = ['ms a step, in runs of', ...LENGTHS.map((length) => length.toLocaleString('en')), 'its thread', 'growth', 'by ours'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  return [head, ...rows]
    .map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '))
    .join('\n');
}

const most = (value: number) => ({ value, sense: 'at most' as const });
/** Those of a machine on which a loop by hand takes 2 µs a step: what a slower or busier one is judged by. */
const HAND = 0.002;

function stepFigures(all: Measured): readonly Figure[] {
  const hand = all.get('by hand')![1000];
  return OURS.slice(1).flatMap((name) => {
    const { ms, cpu, growth } = all.get(name)![1000];
    const limit = name.startsWith('SQLite') ? 0.3 : 0.05;
    return [
      {
        what: `a step, ${name}`,
        value: ms * 1000,
        unit: 'µs',
        target: most(limit * 1000),
        beside: `of its thread ${(cpu * 1000).toFixed(0)} µs`,
      },
      { what: '  the same, by a loop by hand', value: cpu / hand.cpu, unit: '×', target: most(limit / HAND) },
      { what: '  last tenth by the first', value: growth, unit: '×', target: most(1.3) },
    ];
  });
}

async function memory(): Promise<readonly Figure[]> {
  process.stderr.write('memory …\n');
  using temp = tempState('holdfast-bench');
  const script = await built(temp.dir);
  const of = async (what: string): Promise<number> => {
    const each: number[] = [];
    for (let nth = 0; nth < 3; nth++) each.push(Number(await node(['--expose-gc', script, what])));
    return median(each);
  };
  return [
    {
      what: 'peak memory of a run of 1,000 steps',
      value: await of('peak'),
      unit: 'MB',
      target: most(90),
      beside: `imported and idle: ${(await of('imported')).toFixed(0)} MB`,
    },
    { what: '  the same through a chain', value: await of('chained'), unit: 'MB', target: most(90) },
    { what: 'live memory of 200 idle sessions', value: await of('idle'), unit: 'MB', target: most(50) },
  ];
}

const all = await steps();
process.stderr.write('sessions …\n');
const life = (await node([join(import.meta.dirname, 'agent/life.ts'), '--json'])).split('\n').map((line) => JSON.parse(line) as Figure);
const figures = [...stepFigures(all), ...(await memory()), ...life];
console.log(`${machine()}\n\n${stepTable(all)}\n\n${table(figures)}`);
const missed = figures.filter((figure) => !passes(figure));
console.log(missed.length === 0 ? '\nEvery target is met.' : `\n${missed.length} of ${figures.length} targets missed.`);
if (missed.length > 0) process.exitCode = 1;
