/** Kill -9 of a provider in mid-load: what it was saying is finished by another one, and what it had not begun is asked there. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { texts } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { carriesOn } from './carries-on.ts';
import { CLIENTS, front, GATEWAY, KEY, type Client, type TierSpec } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { CLIENT } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = texts.plain;
const EACH = Array.from({ length: 8 }, (_, n) => n);

async function doomed(api: Client): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = fork(join(import.meta.dirname, 'provider-worker.ts'), [api, KEY]);
  const [url] = (await once(child, 'message')) as [string];
  return { child, url };
}

describe.runIf(GATEWAY)('a provider that is killed', () => {
  it.each([1, 2])('%i workers: in mid-answer and after it, every answer is whole', { timeout: 60_000 }, async (workers) => {
    await using made = new AsyncDisposableStack();
    const tiers: Record<string, TierSpec> = {};
    const children: ChildProcess[] = [];
    for (const api of CLIENTS) {
      const { child, url } = await doomed(api);
      made.defer(() => void child.kill('SIGKILL'));
      children.push(child);
      tiers[api] = {
        targets: [
          { api, at: url },
          { api: OTHER[api], script: carriesOn(() => ({ text: TEXT })) },
        ],
        settings: { retries: 0 },
      };
    }
    const on = made.use(await front(tiers, { args: ['--workers', String(workers)] }));
    const rows = CLIENTS.flatMap((client) => CLIENTS.map((tier) => ({ client, tier })));
    const ask = (stream: boolean) =>
      rows.flatMap((row) => EACH.map(() => ({ ...row, heard: listenTo(row.client, { ...on.at(row.tier, row.client) }, { stream }) })));
    const begun = ask(true);
    await Promise.all(begun.map(({ heard }) => heard.until((text) => text.length > 0)));
    for (const child of children) child.kill('SIGKILL');
    const after = ask(false);
    for (const { client, tier, heard } of begun)
      expect({ client, tier, told: CLIENT[client].stream(await heard.over) }).toMatchObject({
        told: { text: TEXT, finish: CLIENT[client].stop, error: undefined, faults: [] },
      });
    for (const { client, tier, heard } of after)
      expect({ client, tier, told: CLIENT[client].whole(await heard.over) }).toMatchObject({
        told: { text: TEXT, finish: CLIENT[client].stop, error: undefined, faults: [] },
      });
    expect(on.served.err).not.toContain('a fault of ours');
  });
});
