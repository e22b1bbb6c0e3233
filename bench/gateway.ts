/**
 * `npm run bench:gateway`: what the gateway costs beside a bare pipe and beside others, all in one run in front of the same upstream. The
 * measure is CPU time of the gateway's process per request. `--help` says what can be chosen; ends with 1 when a figure misses its target.
 */
import { cells, passes, table, type Figure } from './figure.ts';
import { hangUpFigure, costFigures, idleFigure, passageFigures, translationFigures } from './gateway/judged.ts';
import { options } from './gateway/options.ts';
import { SCENARIOS, TRANSLATIONS } from './gateway/scenarios.ts';
import { CORE, PINS, pinMyself } from './gateway/spawned.ts';
import { hangUps, memoryOfIdle, passages, type Left } from './gateway/streams.ts';
import { BARE, KINDS, nginxVersion, OURS, PORTKEY_NAME, type Door, type Kind, type Subject } from './gateway/subjects.ts';
import { costTable } from './gateway/tables.ts';
import { startUpstream } from './gateway/upstream.ts';
import { rowOf, type Row } from './gateway/windows.ts';
import { workersFigure } from './gateway/workers.ts';
import { lined } from './faults/table.ts';
import { machine, versionOf } from './peers.ts';

const STREAMS = 1000;
const CLIENTS = 400;
const LIMIT = 200;
const UPSTREAM = 'without any';

const { rounds, ms, concurrency, only, sections, profile, md, json } = options();
pinMyself(CORE.load);
const say = (text: string) => void process.stderr.write(`${text}\n`);

await using upstream = await startUpstream();
const subjects: Subject[] = [];
const kinds: Kind[] = [];
for (const kind of KINDS.filter(({ name }) => only.length === 0 || name === BARE || only.some((word) => name.includes(word)))) {
  try {
    subjects.push(await kind.start(upstream.ports, profile === undefined ? {} : { profile }));
    kinds.push(kind);
  } catch (error) {
    say(`${kind.name} is left out: ${(error as Error).message}`);
  }
}

const figures: Figure[] = [];
const rows: Row[] = [];
const named = (name: string) => subjects.find((subject) => subject.name === name);
const plain = () => subjects.filter((subject) => subject.door('chat'));

if (sections.has('cost'))
  for (const scenario of SCENARIOS)
    for (const clients of concurrency) {
      say(`${scenario.name}, ${clients} at a time …`);
      const row = await rowOf(subjects, scenario, clients, { rounds, ms }, upstream);
      rows.push(row);
      figures.push(...costFigures(row));
    }

const ours = named(OURS);
if (sections.has('translation') && ours) {
  say('translation …');
  const own: Row[] = [];
  for (const scenario of TRANSLATIONS) own.push(await rowOf([ours], scenario, 32, { rounds, ms }, upstream));
  figures.push(...translationFigures(own));
}

if (sections.has('passage')) {
  say('chunks on their way …');
  const direct: Door = { origin: `http://127.0.0.1:${upstream.ports.good}`, headers: {}, model: (name) => name };
  const doors = Object.fromEntries([[UPSTREAM, direct], ...plain().map((subject) => [subject.name, subject.door('chat')!] as const)]);
  const passed = await passages(doors, rounds);
  figures.push(...passageFigures(passed, UPSTREAM));
  for (const [name, { begins, middle }] of Object.entries(passed))
    figures.push({ what: `first text after the request: ${name}`, value: begins, unit: 'ms', beside: `a chunk ${middle.toFixed(3)} ms` });
}

if (sections.has('hangups')) {
  say('clients that hang up …');
  const left: Record<string, Left> = {};
  for (const subject of plain()) left[subject.name] = await hangUps(subject, upstream, CLIENTS, LIMIT);
  figures.push(...hangUpFigure(left, CLIENTS));
}

for (const subject of subjects) await subject[Symbol.asyncDispose]();

if (sections.has('idle')) {
  const bytes: Record<string, number> = {};
  for (const kind of kinds.filter(({ name }) => !name.includes('by hand') && !name.startsWith('the same'))) {
    say(`idle streams: ${kind.name} …`);
    bytes[kind.name] = await memoryOfIdle(kind, upstream, STREAMS);
  }
  figures.push(...idleFigure(bytes));
}

const gateway = kinds.find(({ name }) => name === OURS);
if (sections.has('workers') && gateway) {
  say('two workers …');
  figures.push(...(await workersFigure(gateway, upstream, ms * 2)));
}

const others = [
  named(PORTKEY_NAME) && `Portkey ${versionOf('@portkey-ai/gateway')}`,
  named('Hono over undici') && `Hono ${versionOf('hono')}`,
  named('nginx') && `nginx ${nginxVersion()}`,
];
const where = PINS
  ? 'the subject on one core, the upstream and the clients on another: requests a second may be what those two can do, CPU is not'
  : 'nothing pinned to a core (no taskset): read the CPU, not the requests a second';
const head = `${machine()}; ${others.filter(Boolean).join(', ')}. ${where}. Medians of ${rounds} rounds of ${ms} ms, the subjects taking turns.`;
if (json) console.log(figures.map((figure) => JSON.stringify(figure)).join('\n'));
else {
  console.log(`${head}\n`);
  if (rows.length > 0)
    console.log(
      `${costTable(
        rows,
        subjects.map(({ name }) => name),
        md,
      )}\n`,
    );
  console.log(md ? lined(cells(figures), true) : table(figures));
}
if (!figures.every(passes)) process.exitCode = 1;
