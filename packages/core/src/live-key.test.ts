import { describe, expect, it } from 'vitest';
import { LiveKey } from './live-key.ts';
import type { Credential, IssuedKey } from './ports.ts';
import { isModelFailure } from './rules/failure.ts';
import { RefreshFailure } from './rules/refresh.ts';

const START = 1_700_000_000_000;
const never = new AbortController().signal;

/** A key over a clock that is set by hand. `get` and `refresh` count. */
function scene(source: Partial<{ get: () => IssuedKey | Promise<IssuedKey>; refresh: (nth: number) => IssuedKey | Promise<IssuedKey> }>) {
  const state = { now: START, gets: 0, refreshes: 0, secrets: [] as string[], timers: new Set<{ at: number; wake: () => void }>() };
  const credential: Credential = {
    get: () => {
      state.gets += 1;
      return (source.get ?? (() => 'one'))();
    },
    ...(source.refresh && {
      refresh: () => {
        state.refreshes += 1;
        return source.refresh!(state.refreshes);
      },
    }),
  };
  const key = new LiveKey('the key of work', credential, {
    clock: {
      now: () => state.now,
      after: (ms, wake) => {
        const timer = { at: state.now + ms, wake };
        state.timers.add(timer);
        return () => void state.timers.delete(timer);
      },
    },
    hash: (text) => `#${text}`,
    secret: (value) => state.secrets.push(value),
  });
  const pass = (ms: number): void => {
    state.now += ms;
    for (const timer of state.timers) if (timer.at <= state.now && state.timers.delete(timer)) timer.wake();
  };
  return { key, state, pass };
}

const failureOf = async (work: Promise<unknown> | unknown): Promise<{ message: string; code: unknown }> => {
  try {
    await work;
  } catch (error) {
    if (!isModelFailure(error) || error.kind !== 'auth') throw error;
    expect(error.cause).toBeUndefined();
    return { message: error.message, code: error.facts.code };
  }
  throw new Error('it answered');
};

describe('a key that may change', () => {
  it('is asked for once, however many need it at once, and told to the registry before it is used', async () => {
    const { key, state } = scene({ get: async () => ' one\n' });
    expect([key.loaded, key.fingerprint]).toEqual([false, undefined]);
    expect(await Promise.all(Array.from({ length: 20 }, () => key.current(never)))).toEqual(Array.from({ length: 20 }, () => 'one'));
    expect(state).toMatchObject({ gets: 1, secrets: ['one'] });
    expect([key.current(never), key.fingerprint, key.failing]).toEqual(['one', '#one', false]);
    expect(state.timers.size).toBe(0);
  });

  it('Y1: each waits until its own signal fires; the work goes on for the others', async () => {
    let give = (_key: string): void => {};
    const { key, state } = scene({ get: () => new Promise<string>((resolve) => (give = resolve)) });
    const stop = new AbortController();
    const [first, second] = [Promise.resolve(key.current(stop.signal)), Promise.resolve(key.current(never))];
    stop.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    give('one');
    expect(await second).toBe('one');
    expect(state.gets).toBe(1);
  });

  it('a source that hangs is left after 30 s', async () => {
    const { key, pass } = scene({ get: () => new Promise(() => {}) });
    const waiting = failureOf(key.current(never));
    pass(30_000);
    expect(await waiting).toEqual({ message: 'the key of work could not be had (timeout)', code: 'key-timeout' });
  });

  it.each<[string, unknown]>([
    ['empty', '  '],
    ['empty', undefined],
    ['invalid_response', 'two\nlines'],
    ['empty', { token: 'x' }],
  ])('what is no key is %s', async (label, issued) => {
    const { key } = scene({ get: () => issued as string });
    expect(await failureOf(key.current(never))).toMatchObject({ message: `the key of work could not be had (${label})` });
    expect([key.loaded, key.failing, key.mendable]).toEqual([true, true, false]);
  });

  it('refused: without a refresh the source is looked at again, and another key mends it', async () => {
    let held = 'one';
    const { key, state } = scene({ get: () => held });
    await key.current(never);
    await key.refused('one', never);
    expect([key.failing, key.mendable, state.gets]).toEqual([true, false, 2]);
    held = 'two';
    await key.look(never);
    expect([key.current(never), key.fingerprint, key.failing]).toEqual(['two', '#two', false]);
    expect(state.secrets).toEqual(['one', 'two']);
  });

  it('refused: refreshed once for all, and the next try sends the new one', async () => {
    const { key, state } = scene({ refresh: async () => 'two' });
    await key.current(never);
    await Promise.all([key.refused('one', never), key.refused('one', never)]);
    expect(key.mendable).toBe(true);
    await Promise.all([key.renew(never), key.renew(never), key.renew(never)]);
    expect([key.current(never), state.refreshes]).toEqual(['two', 1]);
    key.accepted('two');
    expect(key.failing).toBe(false);
  });

  it('another process has refreshed what they share: its key is taken, nothing is asked for', async () => {
    let shared = 'one';
    const { key, state } = scene({ get: () => shared, refresh: () => 'mine' });
    await key.current(never);
    await key.refused('one', never);
    shared = 'theirs';
    await key.renew(never);
    expect([key.current(never), state.refreshes]).toEqual(['theirs', 0]);
  });

  it('Y3: who was refused a key that is not the current one any more has learned nothing about it', async () => {
    const { key, state } = scene({ refresh: () => 'two' });
    await key.current(never);
    await key.refused('one', never);
    await key.renew(never);
    await key.refused('one', never);
    expect([key.failing, key.mendable, key.current(never)]).toEqual([false, true, 'two']);
    await key.renew(never);
    expect(state.refreshes).toBe(1);
  });

  it('Y2: a refresh that fails is not tried again for 60 s, then 2 min, up to 10 min; a success forgets', async () => {
    const { key, state, pass } = scene({
      refresh: (nth) => {
        if (nth > 6) return `key ${nth}`;
        throw Object.assign(new Error('sk-secret'), { status: 400, error: 'invalid_grant' });
      },
    });
    await key.current(never);
    for (const pause of [60, 120, 240, 480, 600, 600]) {
      await key.refused('one', never);
      expect(key.mendable).toBe(true);
      expect(await failureOf(key.renew(never))).toEqual({
        message: 'the key of work was refused and could not be renewed (auth_invalid_grant)',
        code: 'key-auth-invalid-grant',
      });
      pass(pause * 1000 - 1);
      expect(key.mendable).toBe(false);
      const before = state.refreshes;
      await key.look(never);
      await failureOf(key.renew(never));
      expect(state.refreshes).toBe(before);
      pass(1);
    }
    await key.renew(never);
    expect(key.current(never)).toBe('key 7');
    await key.refused('key 7', never);
    expect(key.mendable).toBe(true);
  });

  it('Y2: a clock that is set back by an hour makes no pause longer', async () => {
    const { key, state } = scene({
      refresh: (nth) => {
        if (nth === 1) throw new RefreshFailure('network');
        return 'two';
      },
    });
    await key.current(never);
    await key.refused('one', never);
    await failureOf(key.renew(never));
    expect(key.mendable).toBe(false);
    state.now -= 3_600_000;
    expect(key.mendable).toBe(true);
    await key.renew(never);
    expect(key.current(never)).toBe('two');
  });

  it('Y2: a key that could not be had is not asked for again before its pause is over', async () => {
    const { key, state, pass } = scene({
      get: () => Promise.reject(new RefreshFailure('exit_1')),
      refresh: () => 'one',
    });
    await failureOf(key.current(never));
    expect(await failureOf(key.current(never))).toMatchObject({ code: 'key-cooling-down' });
    expect([state.gets, state.refreshes]).toEqual([1, 0]);
    pass(60_000);
    await key.look(never);
    expect(key.current(never)).toBe('one');
  });

  it('the same key again is no refresh', async () => {
    const { key } = scene({ refresh: () => 'one' });
    await key.current(never);
    await key.refused('one', never);
    expect(await failureOf(key.renew(never))).toMatchObject({ code: 'key-unchanged' });
  });

  it('a key that expires is renewed a minute before; while it still holds a failure costs nothing', async () => {
    let works = false;
    const { key, state, pass } = scene({
      get: () => ({ key: 'one', expiresAt: START + 600_000 }),
      refresh: () => {
        if (!works) throw new RefreshFailure('exit_1');
        return { key: 'two', expiresAt: START + 9e6 };
      },
    });
    await key.current(never);
    pass(539_999);
    expect(key.current(never)).toBe('one');
    pass(1);
    expect(await key.current(never)).toBe('one');
    expect([state.refreshes, await key.current(never)]).toEqual([1, 'one']);
    works = true;
    pass(60_000);
    expect(await key.current(never)).toBe('two');
    expect(state.refreshes).toBe(2);
  });

  it('H7: no key has a fingerprint of its own, so that what is believed of none does not stick to one', async () => {
    let found = false;
    const { key } = scene({
      get: () => {
        if (found) return 'one';
        throw Object.assign(new Error('x'), { code: 'ENOENT' });
      },
    });
    await failureOf(key.current(never));
    expect(key.fingerprint).toBe('#');
    found = true;
    await key.look(never);
    expect([key.fingerprint, key.failing]).toEqual(['#one', false]);
  });

  it('a source that hangs holds a call up for a quarter of a second while its key is refused', async () => {
    let hangs = false;
    const { key, pass } = scene({ get: () => (hangs ? new Promise<string>(() => {}) : 'one') });
    await key.current(never);
    await key.refused('one', never);
    hangs = true;
    const looking = key.look(never);
    pass(250);
    await looking;
  });
});
