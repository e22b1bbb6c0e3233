/**
 * `npm run bench:gateway-faults`: the fault table through the gateway, with Portkey beside us. Each fault befalls the first of two targets,
 * over real HTTP; the second is healthy. `--md` prints the section of `docs/fault-table.md`, `--only WORD` some of the rows, `--verbose`
 * what was heard wherever it was no complete answer. Ends with 1 when ours is neither complete nor an error.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AFTER, BEFORE } from './faults/table.data.ts';
import { through } from './gateway-faults/cells.ts';
import { LIMIT, RETRIES } from './gateway-faults/fronts.ts';
import { page } from './gateway-faults/page.ts';
import { tableOf } from './gateway-faults/table.ts';
import { loadPeers, machine, versionOf } from './peers.ts';

const flag = { type: 'boolean', default: false } as const;
const { md, only, verbose } = parseArgs({ options: { md: flag, verbose: flag, only: { type: 'string', default: '' } } }).values;

const faults = Object.fromEntries(Object.entries({ ...BEFORE, ...AFTER }).filter(([name]) => name.includes(only)));
const see: Parameters<typeof through>[2] = (what, { outcome, heard, words }) => {
  if (verbose && outcome !== 'complete') console.error(`${what}: ${outcome}\n${JSON.stringify(heard)}\n${words ?? ''}\n`);
};

await loadPeers();
const own = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'packages', 'cli', 'package.json'), 'utf8')) as { version: string };
const versions = `holdfast ${own.version}, Portkey ${versionOf('@portkey-ai/gateway')}`;
const of = `${machine()}; ${versions}; limits of ${LIMIT} ms where a gateway has them (Portkey: \`request_timeout\`), ${RETRIES} retry.`;

const by = { holdfast: await through('holdfast', faults, see), Portkey: await through('Portkey', faults, see) };
console.log(md ? page(of) : `${of}\n`);
console.log(tableOf(Object.keys(faults), by, md));
const bad = Object.values(by.holdfast)
  .flatMap(({ stream, whole }) => [stream, whole])
  .filter((outcome) => outcome !== 'complete' && outcome !== 'error');
process.exit(bad.length > 0 ? 1 : 0);
