/** A process of its own that asks over [one, two] as often as it is told: NAME URL URL STATE TIMES. */
import { holdfast } from '@holdfast/core';
import { processIdentity, SqliteHealth, systemClock, systemRandom } from '@holdfast/core/engine';
import { streamText } from 'ai';
import { vendor } from '../../packages/lab/test/vendor-models.ts';
import { loadPeers } from '../peers.ts';
import { contenders } from './contenders.ts';
import { hear } from './outcome.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const [name = '', first = '', second = '', folder = '', times = ''] = process.argv.slice(2);
const models = [vendor('anthropic', { name: 'one', url: first }), vendor('openai', { name: 'two', url: second })];

function shared() {
  const { alive } = processIdentity();
  const health = new SqliteHealth({ folder, clock: systemClock, random: systemRandom, alive, say: console.error });
  const model = holdfast({ models, health });
  return () => hear(streamText({ model, prompt: 'tell me' }));
}

const ask =
  name === 'holdfast'
    ? shared()
    : contenders(await loadPeers())
        .find((one) => one.name === name)!
        .over(models, {});
for (let n = 0; n < Number(times); n++) await ask('stream');
process.exit();
