import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webOf } from '../io/web.ts';
import type { ToolContext } from '../ports.ts';
import { callTool } from '../testing/tool-call.ts';
import { fetchTool, type FetchTools } from './fetch.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let port: number;
let pages: Record<string, Answer | string>;
let met: { path: string; host: string; headers: IncomingMessage['headers'] }[];
beforeEach(async () => {
  [pages, met] = [{}, []];
  server = createServer((request, response) => {
    const { url: path = '', headers } = request;
    met.push({ path, host: headers.host!.replace(/:\d+$/, ''), headers });
    const page = pages[path];
    if (typeof page === 'function') return page(request, response);
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' }).end(page ?? 'not here');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

/** Every name leads to the server of this test. */
const web = webOf(async () => [{ address: '127.0.0.1', family: 4 }]);
const run = (input: object, over: Partial<FetchTools> = {}, context: Partial<ToolContext> = {}) => {
  const rest = { headers: {}, allowedDomains: [], blockedDomains: [], allowPrivate: true, timeout: 30 };
  return callTool([fetchTool({ web, clock: systemClock, ...rest, ...over })], 'fetch', input, context);
};
const at = (path: string, host = 'site.test') => `http://${host}:${port}${path}`;
const one = async (path: string, input: object = {}, over?: Partial<FetchTools>) => run({ urls: [at(path)], ...input }, over);
const send =
  (type: string, body: string | Buffer, more: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type, ...more }).end(body);
const redirect =
  (to: string): Answer =>
  (_, response) =>
    void response.writeHead(302, { location: to }).end();
const pagesMet = () => met.filter(({ path }) => path !== '/robots.txt').map(({ host, path }) => `${host}${path}`);

describe('fetch', () => {
  const PAGE =
    '<html><head><title>T</title><script>evil()</script></head><body><h1>Head</h1><p>a <b>bold</b> <a href="/x">link</a></p>' +
    '<table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1|2</td></tr></table></body></html>';

  it('gives HTML back as Markdown, text or itself', async () => {
    pages['/'] = PAGE;
    const body = 'T\n\n# Head\n\na **bold** [link](/x)\n\n| k | v |\n| --- | --- |\n| a | 1\\|2 |';
    const output = `${at('/')} (status 200 OK; text/html; charset=utf-8; ${body.length} characters):\n\n${body}`;
    expect(await one('/')).toEqual({ output, failed: false });
    expect((await one('/', { format: 'text' })).output).toContain('\n\nHead\n\na bold link\n\n');
    expect((await one('/', { format: 'html' })).output.endsWith(PAGE)).toBe(true);
    expect(met.filter(({ path }) => path === '/').map(({ headers }) => headers.accept!.split(/[,;]/)[0])).toEqual([
      'text/markdown',
      'text/plain',
      'text/html',
    ]);
  });

  it('several URLs are told apart, each with its own error', async () => {
    pages['/a'] = send('text/plain', 'A');
    const urls = [at('/a'), at('/none'), 'ftp://site.test/', 'nonsense', at('/a')];
    const { output, failed } = await run({ urls, format: 'text' });
    expect(failed).toBe(false);
    expect(JSON.parse(output)).toEqual([
      { url: urls[0], statusCode: 200, status: '200 OK', contentType: 'text/plain', contentLength: 1, body: 'A' },
      {
        url: urls[1],
        statusCode: 404,
        status: '404 Not Found',
        contentType: 'text/html; charset=utf-8',
        contentLength: 8,
        body: 'not here',
      },
      { url: urls[2], error: 'only http: and https: are fetched, not ftp:' },
      { url: urls[3], error: '"nonsense" is no URL: it begins with http:// or https://' },
      { url: urls[4], statusCode: 200, status: '200 OK', contentType: 'text/plain', contentLength: 1, body: 'A' },
    ]);
    expect(met.filter(({ path }) => path === '/robots.txt')).toHaveLength(1);
    expect(await one('/none')).toMatchObject({ failed: true, output: expect.stringContaining('(status 404 Not Found') });
  });

  it('robots.txt is respected, of every site on the way', async () => {
    pages['/robots.txt'] = ({ headers }, response) =>
      void response.end(headers.host!.startsWith('closed') ? 'User-agent: *\nDisallow: /' : 'User-agent: holdfast\nDisallow: /private');
    pages['/private/x'] = pages['/open'] = 'x';
    pages['/away'] = redirect(at('/open', 'closed.test'));
    expect((await one('/private/x')).output).toBe(
      `${at('/private/x')} cannot be fetched: robots.txt of site.test:${port} does not allow it.`,
    );
    expect((await one('/away')).output).toContain(`robots.txt of closed.test:${port} does not allow it`);
    expect((await one('/open')).failed).toBe(false);
    expect(pagesMet()).toEqual(['site.test/away', 'site.test/open']);
  });

  it('R1: a robots.txt that cannot be told is a no', async () => {
    pages['/'] = 'x';
    pages['/robots.txt'] = (_, response) => void response.writeHead(503).end();
    expect((await one('/')).output).toContain('its robots.txt answers 503, so it is not known whether it may be fetched');
    pages['/robots.txt'] = (_, response) => void response.writeHead(403).end();
    expect((await one('/')).failed).toBe(false);
  });

  it('redirects are followed and said, looked at like the first page, and end', async () => {
    pages['/a'] = redirect('/b?q=1');
    pages['/b?q=1'] = send('text/plain', 'B');
    pages['/loop'] = redirect('/loop');
    pages['/out'] = redirect(at('/b?q=1', 'blocked.test'));
    pages['/file'] = redirect('file:///etc/passwd');
    expect((await one('/a')).output).toBe(`${at('/a')} (status 200 OK; text/plain; 1 characters; it led to ${at('/b?q=1')}):\n\nB`);
    expect((await one('/loop')).output).toContain('it leads on more than 10 times');
    expect((await one('/file')).output).toContain('only http: and https: are fetched, not file:');
    expect((await one('/out', {}, { blockedDomains: ['blocked.test'] })).output).toContain(
      'the host blocked.test is blocked (blocked_domains)',
    );
    expect(met.some(({ host }) => host === 'blocked.test')).toBe(false);
  });

  it("the toolset's headers go to the site that was asked for, not to where it leads", async () => {
    pages['/a'] = redirect(at('/b', 'other.test'));
    pages['/b'] = redirect(at('/c'));
    pages['/c'] = 'x';
    await one('/a', {}, { headers: { Authorization: 'Bearer k', 'User-Agent': 'mine' } });
    const sent = met
      .filter(({ path }) => path !== '/robots.txt')
      .map(({ path, headers }) => [path, headers.authorization, headers['user-agent'] === 'mine']);
    expect(sent).toEqual([
      ['/a', 'Bearer k', true],
      ['/b', undefined, false],
      ['/c', undefined, false],
    ]);
  });

  it('what is not of the public internet is not dialled, whatever it is called', async () => {
    pages['/'] = 'secret';
    const closed = { allowPrivate: false };
    const addresses = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `2130706433:${port}`,
      `0x7f.1:${port}`,
      `[::1]:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      '169.254.169.254',
      '[::ffff:a9fe:a9fe]',
      '[64:ff9b::a9fe:a9fe]',
      '[fd00:ec2::254]',
      '10.1.2.3',
      '100.100.100.200',
      '0.0.0.0',
      `rebound.test:${port}`,
    ];
    for (const address of addresses) {
      const { output, failed } = await run({ urls: [`http://${address}/`] }, closed);
      expect([failed, output]).toEqual([true, expect.stringContaining('no address of the public internet, and such are not dialled')]);
    }
    expect(met).toEqual([]);
    const mixed = webOf(async () =>
      ['10.0.0.1', '127.0.0.1', 'fe80::1'].map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
    expect((await one('/', {}, { ...closed, web: mixed })).output).toContain(
      'site.test leads to 10.0.0.1, 127.0.0.1, fe80::1, no address of',
    );
    expect((await one('/', {}, { allowPrivate: true })).output).toContain('secret');
  });

  it('hosts are allowed and blocked as the agent file says', async () => {
    pages['/'] = 'x';
    const may = async (host: string, allowedDomains: string[], blockedDomains: string[] = []) =>
      !(await run({ urls: [at('/', host)] }, { allowedDomains, blockedDomains })).failed;
    expect(await may('example.com', ['example.com'])).toBe(true);
    expect(await may('DOCS.Example.com.', ['example.com'])).toBe(true);
    expect(await may('badexample.com', ['example.com'])).toBe(false);
    expect([await may('example.com', ['*.example.com']), await may('a.example.com', ['.example.com'])]).toEqual([false, true]);
    expect([await may('127.0.0.1', ['127.0.0.0/8']), await may('127.0.0.1', ['10.0.0.0/8'])]).toEqual([true, false]);
    expect(await may('127.0.0.1', [], ['127.0.0.1'])).toBe(false);
    expect(await may('[::ffff:127.0.0.1]', [], ['127.0.0.0/8'])).toBe(false);
    expect(await may('a.example.com', ['example.com'], ['a.example.com'])).toBe(false);
    for (const wrong of ['10.0.0.0/33', 'foo.*', 'http://x', ''])
      expect((await one('/', {}, { blockedDomains: [wrong] })).output).toContain(`"${wrong}" in the domains of the fetch toolset is`);
  });

  it('at most 1 MB is read, after unpacking', async () => {
    pages['/big'] = send('text/plain', Buffer.alloc(3_000_000, 'x'));
    pages['/bomb'] = send('text/plain', gzipSync(Buffer.alloc(50_000_000, 'y')), { 'content-encoding': 'gzip' });
    for (const path of ['/big', '/bomb']) {
      const { output, failed } = await one(path);
      expect([failed, output.length < 1_049_000]).toEqual([false, true]);
      expect(output).toMatch(/1048576 characters; cut after 1 MB\):\n\n[xy]{1048576}$/);
    }
    pages['/broken'] = send('text/plain', Buffer.from('not packed'), { 'content-encoding': 'gzip' });
    expect((await one('/broken')).output).toContain('cannot be fetched: incorrect header check');
  });

  it('text is read in the letters it is written in; what is no text is said', async () => {
    pages['/latin'] = send('text/plain; charset=iso-8859-1', Buffer.from([0xe4]));
    pages['/meta'] = send('text/html', Buffer.from('<meta charset="windows-1252"><p>\x80</p>', 'latin1'));
    pages['/wide'] = send('text/plain', Buffer.from('\ufeffwide', 'utf16le'));
    pages['/picture'] = send('image/png', Buffer.from([1, 2, 3]));
    pages['/bytes'] = send('', Buffer.from([65, 0, 66]));
    expect((await one('/latin')).output).toMatch(/ä$/);
    expect((await one('/meta')).output).toMatch(/€$/);
    expect((await one('/wide')).output).toMatch(/wide$/);
    expect((await one('/picture')).output).toContain('it is no text but image/png (3 bytes)');
    expect((await one('/bytes')).output).toContain('it is no text but binary data (3 bytes)');
  });

  it('a page that takes too long, or breaks off, is an error of that page', async () => {
    pages['/hangs'] = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('begin');
    pages['/breaks'] = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' }).write('begin');
      response.destroy();
    };
    let ring = () => {};
    const clock = { ...systemClock, after: (_: number, wake: () => void) => ((ring = wake), () => {}) };
    const hanging = run({ urls: [at('/hangs')], timeout: 7 }, { clock });
    await new Promise<void>((met) => void server.on('request', ({ url }) => url === '/hangs' && met()));
    ring();
    expect((await hanging).output).toBe(`${at('/hangs')} cannot be fetched: it took longer than 7 s.`);
    expect((await one('/breaks')).output).toMatch(/cannot be fetched: (aborted|the server broke the connection off)\.$/);
    server.closeAllConnections();
    const gone = createServer();
    await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
    const { port: free } = gone.address() as AddressInfo;
    await new Promise((closed) => gone.close(closed));
    expect((await run({ urls: [`http://site.test:${free}/`] })).output).toContain('nobody answers at that address and port');
  });

  it('a stop ends it at once', async () => {
    pages['/hangs'] = () => {};
    const stop = new AbortController();
    const hanging = run({ urls: [at('/hangs'), at('/hangs')] }, {}, { signal: stop.signal });
    const over = expect(hanging).rejects.toThrow('stopped');
    await new Promise<void>((met) => void server.on('request', ({ url }) => url === '/hangs' && met()));
    stop.abort(new Error('stopped'));
    await over;
  });

  it('bad arguments are told', async () => {
    expect((await run({ urls: [] })).output).toBe('urls holds 0 URLs: 1 to 20 can be fetched at once.');
    expect((await one('/', { format: 'pdf' })).output).toBe('There is no format "pdf"; there are markdown, text, html.');
    await expect(one('/', { timeout: 0 })).rejects.toThrow('timeout must be at least 1');
    const tool = fetchTool({
      web,
      clock: systemClock,
      timeout: 30,
      headers: {},
      allowedDomains: ['a.b'],
      blockedDomains: [],
      allowPrivate: false,
    });
    expect(tool).toMatchObject({ readOnly: false, idempotent: true, category: 'fetch', description: expect.stringContaining('a.b') });
  });
});
