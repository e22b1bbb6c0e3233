import { SqliteCalls } from '../src/io/calls-sqlite.ts';
import { systemClock } from '../src/io/clock-system.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import { recordOf } from '../src/testing/call-store.contract.ts';

/** One process that keeps records in a state folder: begins a call, closes many others, then waits to be killed. */
const [folder = '', name = '', times = '0'] = process.argv.slice(2);
const calls = new SqliteCalls({ folder, clock: systemClock, ...processIdentity(), say: (line) => void process.stderr.write(`${line}\n`) });
calls.opened({ id: `${name}-open`, chain: 'smart', began: Date.now(), target: 'work/small' });
for (let n = 0; n < Number(times); n++) {
  calls.closed(recordOf(`${name}-${n}`, { began: Date.now() }));
  if (n % 20 === 0) await systemClock.sleep(1, new AbortController().signal);
}
calls.flush();
const all = [`${name}-open`, ...(Number(times) > 0 ? [`${name}-${Number(times) - 1}`] : [])];
const missing = async (): Promise<boolean> => (await Promise.all(all.map((id) => calls.find(id)))).some((found) => found.length === 0);
while (await missing()) await systemClock.sleep(20, new AbortController().signal);
process.send?.('written');
process.on('disconnect', () => process.exit(0));
