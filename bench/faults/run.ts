/**
 * `npm run bench:faults`: the fault table, with other libraries beside us. Each fault befalls the first of two targets, over real HTTP,
 * with the vendors' own packages; the second is healthy. `--md` prints `docs/fault-table.md` down to the gateway, `--only WORD` some of
 * the rows.
 */
import { loadPeers, machine, versionOf } from '../peers.ts';
import { faultRows, FIRST, warm, type Row } from './cells.ts';
import { contenders, LIMIT } from './contenders.ts';
import { atOnce, fromSecondProcess, spread } from './crowd.ts';
import { AFTER, BEFORE } from './table.data.ts';
import { page } from './page.ts';
import { lined, tableOf } from './table.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const peers = await loadPeers();
const all = contenders(peers);
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1]! : '';
const some = <T>(faults: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(faults).filter(([name]) => name.includes(only)));
const md = process.argv.includes('--md');

const head = (title: string) => console.log(md ? `\n## ${title}\n` : `\n${title}\n`);
const show = (title: string, rows: readonly Row[]) => {
  head(title);
  console.log(
    tableOf(
      rows,
      all.map(({ name }) => name),
      md,
    ),
  );
};

const versions = ['ai', 'ai-retry', 'ai-fallback'].map((name) => `${name} ${versionOf(name)}`).join(', ');
const of = `${machine()}; ${versions}; the first target speaks ${FIRST.join(', then ')}; limits of ${LIMIT} ms where a library has them.`;
console.log(md ? page(of) : of);
await warm(all);
show('Before the first content, streaming', await faultRows(some(BEFORE), 'stream', all));
show('In the middle of the answer, streaming', await faultRows(some(AFTER), 'stream', all));
show('Not streaming', await faultRows(some({ ...BEFORE, ...AFTER }), 'generate', all));

if (only === '') {
  const crowd: [string, (contender: (typeof all)[number]) => Promise<string>][] = [
    ['20 calls at once over [503, healthy, 500]: complete', atOnce],
    ['20 clients refused together: their retries are spread over', (contender) => spread(contender, peers)],
    ['5 calls of a second process: requests to the target that rests', fromSecondProcess],
  ];
  const rows: string[][] = [['', ...all.map(({ name }) => name)]];
  for (const [title, of] of crowd) {
    const row = [title];
    for (const contender of all) row.push(await of(contender));
    rows.push(row);
  }
  head('Many callers');
  console.log(lined(rows, md));
}
process.exit();
