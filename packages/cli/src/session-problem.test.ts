import { remoteRuntime } from '@holdfast/agent';
import { describe, expect, it } from 'vitest';
import { CommandError, EXIT } from './context.ts';
import { sessionProblem } from './session-problem.ts';

const clock = { now: () => 0, mono: () => 0, sleep: async () => {}, after: () => () => {} };

/** What a runtime elsewhere rejects with. */
async function problemOf(fetch: typeof globalThis.fetch): Promise<unknown> {
  const runtime = remoteRuntime({ url: 'http://127.0.0.1:4141', fetch, clock });
  return runtime.steer('s', 'go').then(
    () => undefined,
    (error: unknown) => sessionProblem(error),
  );
}

describe('a mistake of a server is no defect of ours', () => {
  it.each([
    ['not reached', () => Promise.reject(new TypeError('fetch failed')), EXIT.tryLater, 'cannot reach http://127.0.0.1:4141: fetch failed'],
    ['no', async () => Response.json({ error: { message: 'no such field' } }, { status: 400 }), EXIT.failed, 'no such field'],
    [
      'a session that is gone',
      async () => Response.json({ error: { message: 'gone', code: 'missing' } }, { status: 404 }),
      EXIT.usage,
      'gone',
    ],
  ])('%s', async (_name, fetch, exit, message) => {
    const problem = await problemOf(fetch);
    expect(problem).toBeInstanceOf(CommandError);
    expect(problem).toMatchObject({ exit, message });
  });

  it('anything else is one', () => expect(sessionProblem(new Error('bug'))).not.toBeInstanceOf(CommandError));
});
