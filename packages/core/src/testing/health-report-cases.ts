import { GROUP, MINUTE, MODEL, SCOPES, T, TARGET, failed, ok, one, tagOf, type Case, untilOf } from './health-cases.ts';
import { equal, truthy } from './expect.ts';

/** H1-H5, H7, H9. */
export const REPORTS: readonly Case[] = [
  [
    'H2: a success on what nothing is known of writes nothing',
    async ({ a, b }) => {
      equal((await a.report(TARGET, ok(T), T)).size, 0, 'beliefs');
      equal((await b.read(SCOPES)).size, 0, 'beliefs read');
      equal(await b.list(), [], 'rows');
    },
  ],
  [
    'H9: a report is seen at once by whoever shares the state, and by nobody it does not concern',
    async ({ a, b }) => {
      equal((await b.read(SCOPES)).size, 0, 'before');
      await a.report(TARGET, failed('overload', T), T);
      equal(await b.read(SCOPES), await a.read(SCOPES), 'beliefs');
      equal([...(await b.read(SCOPES)).keys()], [MODEL], 'scopes');
      equal((await b.read(['endpoint:work/large', 'endpoint:works'])).size, 0, 'others');
    },
  ],
  [
    'H1: eight reports at once are one strike',
    async ({ a, b }) => {
      await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? a : b).report(TARGET, failed('overload', T), T + i)));
      equal((await one(b, MODEL))?.strikes, 1, 'strikes');
    },
  ],
  [
    'H1: incidents in two processes both count',
    async ({ a, b }) => {
      await a.report(TARGET, failed('overload', T), T);
      const end = (await untilOf(b, MODEL)) + 1;
      await b.report(TARGET, failed('overload', end), end);
      equal((await one(a, MODEL))?.strikes, 2, 'strikes');
    },
  ],
  [
    'H2: a success ends a guessed rest unless it began before it; a told rest stands',
    async ({ a, b }) => {
      await a.report(TARGET, failed('overload', T), T);
      await b.report(TARGET, ok(T - 1), T + 10);
      equal(await tagOf(a, MODEL), 'resting', 'after a stale success');
      await b.report(TARGET, ok(T + 1), T + 10);
      equal(await tagOf(a, MODEL), 'cool', 'after a success');
      await a.report(TARGET, failed('rate-limit', T + 20, {}, { retryAt: T + MINUTE }), T + 20);
      await b.report(TARGET, ok(T + 21), T + 30);
      equal(await tagOf(a, GROUP), 'resting', 'told');
    },
  ],
  [
    'H3: a shorter rest never replaces a longer one',
    async ({ a, b }) => {
      await a.report(TARGET, failed('rate-limit', T, {}, { retryAt: T + 5 * MINUTE }), T);
      const until = await untilOf(a, GROUP);
      truthy(until >= T + 5 * MINUTE, 'the hint is kept');
      await b.report(TARGET, failed('rate-limit', T, {}, { retryAt: T + MINUTE }), T + 1);
      equal(await untilOf(a, GROUP), until, 'until');
    },
  ],
  [
    'H5: a suspicion cools when another call confirms it elsewhere',
    async ({ a, b }) => {
      await a.report(TARGET, failed('server', T, { verdict: 'suspect', prompt: 'p', caller: 'x' }), T);
      equal(await tagOf(b, MODEL), 'cool', 'one witness');
      await b.report(TARGET, failed('server', T, { verdict: 'suspect', prompt: 'p', caller: 'y' }), T + 1);
      equal(await tagOf(a, MODEL), 'cool', 'the same prompt again');
      await b.report(TARGET, failed('empty', T, { verdict: 'suspect', prompt: 'q', caller: 'z' }), T + 2);
      equal(await tagOf(a, MODEL), 'resting', 'two witnesses');
    },
  ],
  [
    'H7: a changed key clears what is believed of the old one',
    async ({ a, b }) => {
      await a.report({ ...TARGET, fingerprint: 'old' }, failed('auth', T), T);
      equal(await tagOf(b, 'credential:work#KEY'), 'resting', 'old key');
      await b.report({ ...TARGET, fingerprint: 'new' }, ok(T + 1), T + 2);
      equal(await tagOf(a, 'credential:work#KEY'), 'cool', 'new key');
    },
  ],
  [
    'a clock that was set back an hour moves a rest back once, and prolongs it for nobody',
    async ({ a, b }) => {
      await a.report(TARGET, failed('overload', T), T);
      const rest = (await untilOf(a, MODEL)) - T;
      const back = T - 3_600_000;
      await b.read(SCOPES, back);
      equal(await untilOf(a, MODEL), back + rest, 'moved back');
      await a.read(SCOPES, back + 10_000);
      equal(await untilOf(b, MODEL), back + rest, 'and stays there');
    },
  ],
];
