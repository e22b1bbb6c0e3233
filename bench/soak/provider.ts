/** One provider of the soak in a process of its own, so that it can be killed: `node provider.ts '{"name":…}'`. */
import { labProvider, type Asked, type ProtocolName } from '@holdfast/lab';
import { FAULTS } from './faults.data.ts';
import { tell } from './story.ts';

export interface ProviderArgs {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly port: number;
  readonly seed: number;
  /** In [0, 1]: of its requests, how many fail. */
  readonly share: number;
  /** Ms before each frame. */
  readonly every: number;
}

const { name, protocol, port, seed, share, every } = JSON.parse(process.argv[2]!) as ProviderArgs;

/** The first rule that fits decides: each takes its part of what the ones before it left. */
const rules = FAULTS.map((fault, n) => ({ target: name, fault, chance: share / FAULTS.length / (1 - (share * n) / FAULTS.length) }));

const provider = await labProvider({
  name,
  protocol,
  port,
  outage: { seed, rules },
  script: (facts) => ({ ...tell(facts), delayMs: every }),
});

const FORGET_MS = 5000;
let asked = 0;
let failed = 0;
setInterval(() => {
  // The lab keeps all it was asked; here nobody looks, and a soak is long.
  const past = provider.requests as Asked[];
  const over = past.filter(({ state }) => state !== 'open');
  asked += over.length;
  failed += over.filter(({ fault }) => fault).length;
  past.splice(0, past.length, ...past.filter(({ state }) => state === 'open'));
}, FORGET_MS).unref();

process.on('message', () => {
  const now = provider.requests;
  process.send!({ asked: asked + now.length, failed: failed + now.filter(({ fault }) => fault).length });
});
process.on('disconnect', () => process.exit());
console.log(`ready ${JSON.stringify({ url: provider.url, port: provider.port })}`);
