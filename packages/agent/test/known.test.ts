import { expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { modelOf, runtimeOf, says } from './kit.ts';

it('Y1: who looks twice at once at a session of another process sees each row once', async () => {
  const store = memorySessions();
  const driver = runtimeOf({ model: modelOf(() => says('yes')), store });
  const looker = runtimeOf({ model: modelOf(() => says('')), store });
  const run = await driver.start({ prompt: 'one' });
  await run.done;
  await looker.state(run.session);
  await (
    await driver.start({ prompt: 'two', session: run.session })
  ).done;
  const [state] = await Promise.all([looker.state(run.session), looker.pending(run.session), looker.state(run.session)]);
  expect(state.turn).toBe(2);
  expect((await looker.state(run.session)).transcript.length).toBe(4);
});
