/** One of several processes that write to one health store as fast as they can: FOLDER. Ends with its parent. */
import { openHealth, overload, targetOf } from './health-store.ts';

const TARGETS = 50;
/** Every other report comes after the rest of the one before it: each is a strike, and so a write. */
const LATER = 3_600_000;

const store = openHealth(process.argv[2]!);
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
for (let n = 0; ; n++) {
  const now = Date.now() + n * LATER;
  await Promise.resolve(store.report(targetOf(n % TARGETS), overload(now), now)).catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
}
