import { describe, expect, it } from 'vitest';
import { MinuteBook } from '../io/rate-book.ts';
import { rateLimits, type RateBook } from './rate-limits.ts';

interface Told {
  readonly status: number;
  readonly retryAfter?: number;
  readonly message: string;
}

class Refused extends Error {
  readonly error: Told;
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: Told, headers: Readonly<Record<string, string>>) {
    super(error.message);
    this.error = error;
    this.headers = headers;
  }
}

function scene(book: RateBook = new MinuteBook().of(0)) {
  const lines: string[] = [];
  let id = 0;
  const limits = rateLimits({
    book,
    newId: () => `c${(id += 1)}`,
    refuse: (error, headers) => new Refused(error, headers),
    say: (line) => void lines.push(line),
  });
  return { limits, lines };
}

const refusedBy = async (work: Promise<unknown> | undefined): Promise<Refused> => {
  const error = await work!.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

describe('limits of a key', () => {
  it('without one nothing is counted', () => {
    const { limits } = scene();
    expect([limits.admit('ci', undefined, 5), limits.admit('ci', {}, 5)]).toEqual([undefined, undefined]);
  });

  it('requests a minute: the next one is refused, with a time to wait of 1 to 59 s and numbers of its own alone', async () => {
    const { limits } = scene();
    const one = await limits.admit('ci', { rpm: 2 }, 0);
    expect(one!.headers).toMatchObject({ 'x-ratelimit-limit-requests': '2', 'x-ratelimit-remaining-requests': '1' });
    await limits.admit('ci', { rpm: 2 }, 0);
    const { error, headers } = await refusedBy(limits.admit('ci', { rpm: 2 }, 0));
    expect(error).toMatchObject({ status: 429, class: 'rate-limit', message: 'This key may make 2 requests a minute.' });
    expect(error.retryAfter).toBeGreaterThanOrEqual(1);
    expect(error.retryAfter).toBeLessThanOrEqual(59);
    expect(headers).toMatchObject({ 'x-ratelimit-remaining-requests': '0' });
    expect(await limits.admit('people', { rpm: 2 }, 0)).toBeDefined();
  });

  it('tokens a minute: by estimate at first, as they were at the end', async () => {
    const { limits } = scene();
    const first = await limits.admit('ci', { tpm: 1_000 }, 900);
    expect((await refusedBy(limits.admit('ci', { tpm: 1_000 }, 200))).error.message).toContain('1000 tokens a minute');
    first!.end(300);
    first!.end(0);
    const second = await limits.admit('ci', { tpm: 1_000 }, 200);
    expect(second!.headers).toMatchObject({ 'x-ratelimit-remaining-tokens': '500' });
    second!.end(5_000);
    await refusedBy(limits.admit('ci', { tpm: 1_000 }, 1));
  });

  it('B2: a call larger than the whole window is let into an empty one', async () => {
    const { limits } = scene();
    expect((await limits.admit('ci', { tpm: 100 }, 5_000))!.headers).toMatchObject({ 'x-ratelimit-remaining-tokens': '0' });
    await refusedBy(limits.admit('ci', { tpm: 100 }, 0));
  });

  it('B1: what one limit refuses is not counted in another', async () => {
    const { limits } = scene();
    const rate = { rpm: 2, tpm: 100 };
    await limits.admit('ci', rate, 100);
    await refusedBy(limits.admit('ci', rate, 50));
    await refusedBy(limits.admit('ci', rate, 50));
    expect((await limits.admit('ci', { rpm: 2 }, 0))!.headers).toMatchObject({ 'x-ratelimit-remaining-requests': '0' });
  });

  it('calls at a time: never more, however many ask at once; who ends or dies makes room', async () => {
    const book = new MinuteBook();
    const { limits } = scene(book.of(1));
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => limits.admit('ci', { concurrent: 3 }, 0)!));
    const admitted = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(admitted).toHaveLength(3);
    admitted[0]!.end();
    await limits.admit('ci', { concurrent: 3 }, 0);
    expect((await refusedBy(limits.admit('ci', { concurrent: 3 }, 0))).error.retryAfter).toBe(1);
    book.leave(2);
    await refusedBy(limits.admit('ci', { concurrent: 3 }, 0));
    book.leave(1);
    await limits.admit('ci', { concurrent: 3 }, 0);
  });

  it('L2: a book that does not answer stops no call, and that is said once', async () => {
    const { limits, lines } = scene({ take: () => Promise.reject(new Error('gone')), end: () => {} });
    for (let n = 0; n < 3; n++) (await limits.admit('ci', { rpm: 1 }, 0))!.end(5);
    expect(lines).toEqual(['rate limits cannot be counted (gone): calls go on without them']);
  });
});
