import { describe, expect, it } from 'vitest';
import { readHtml } from './html-reader.ts';

const NEVER = new AbortController().signal;
/** Takes longer the square of its depth. */
const SLOW = '<div>'.repeat(60_000);

describe('html', () => {
  it('keeps what is read and leaves out what is run', async () => {
    const page =
      '<style>p{}</style><ul><li>one</li><li>two</li></ul><pre><code>a  b</code></pre><img src="x" alt="pic"><noscript>no</noscript>';
    expect(await readHtml(page, 'markdown', NEVER)).toBe('-   one\n-   two\n\n```\na  b\n```\n\n![pic](x)');
    expect(await readHtml(page, 'text', NEVER)).toBe('-   one\n-   two\n\na  b\n\npic');
    expect(await readHtml('1 * 2 _ 3', 'text', NEVER)).toBe('1 * 2 _ 3');
    expect(await readHtml('', 'markdown', NEVER)).toBe('');
  });

  it('H1: a page made to be slow is given up, and the thread of this process stays free', async () => {
    expect(await readHtml(SLOW, 'markdown', NEVER, 20)).toBeUndefined();
  });

  it('H1: a stop does not wait for it', async () => {
    const stop = new AbortController();
    const reading = readHtml(SLOW, 'markdown', stop.signal);
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
    expect(() => readHtml('x', 'text', stop.signal)).toThrow('stopped');
  });
});
