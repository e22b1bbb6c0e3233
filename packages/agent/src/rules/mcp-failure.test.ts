import { describe, expect, it } from 'vitest';
import { endWords, programTrouble, remoteTrouble, wrote, type ProgramFacts } from './mcp-failure.ts';

const FACTS: ProgramFacts = { command: 'npx -y some-server', cwd: '/work', stderr: '' };

describe('what is said of a server that does not work', () => {
  it.each<[string, Partial<ProgramFacts>, number | undefined, RegExp]>([
    ['no such program', { errno: 'ENOENT' }, undefined, /no program "npx"\. Install it, or name it with its path/],
    ['no such folder', { errno: 'ENOENT', cwdMissing: true }, undefined, /working directory \/work does not exist/],
    ['not executable', { errno: 'EACCES' }, undefined, /"npx" may not be executed/],
    ['another errno', { errno: 'EMFILE' }, undefined, /cannot be started \(EMFILE\): npx -y some-server/],
    ['hangs', {}, 30_000, /^did not answer within 30 s\. Try it by hand in \/work: npx -y some-server$/],
    ['exits', { end: { code: 1, signal: null } }, undefined, /^ended with exit code 1 before it was ready\. Try it by hand/],
    ['killed', { end: { code: null, signal: 'SIGKILL' } }, undefined, /^was ended by SIGKILL before it was ready/],
    ['stderr', { end: { code: 1, signal: null }, stderr: 'no KEY\n' }, undefined, /some-server\nIts last words on stderr:\nno KEY$/],
    ['garbage', { garbage: 'Welcome!' }, 30_000, /On stdout, where only messages may stand, it wrote: Welcome!$/],
  ])('a program: %s', (_, facts, limit, words) => {
    expect(programTrouble({ ...FACTS, ...facts }, limit)).toMatch(words);
  });

  it('a program: what it answered', () => {
    expect(programTrouble(FACTS, undefined, 'answered: bad version')).toBe(
      'answered: bad version. Try it by hand in /work: npx -y some-server',
    );
  });

  it.each([
    [{ end: { code: 3, signal: null } }, 'ended with exit code 3'],
    [{ end: { code: null, signal: 'SIGSEGV' } }, 'was ended by SIGSEGV'],
    [{}, 'closed its output'],
    [{ tooLong: true, end: { code: null, signal: 'SIGTERM' } }, 'was ended: it sent a message of more than 10 MB'],
  ])('an end %j: %s', (facts, words) => {
    expect(endWords(facts)).toBe(words);
  });

  it('shows only the last of much', () => {
    expect(wrote({ stderr: `first${'x'.repeat(2000)}last` })).toMatch(/^\nIts last words on stderr:\nx{996}last$/);
  });

  it.each([
    [{ status: 401 }, undefined, /401 \(not signed in\) at http:\/\/a\/mcp\. Give it a token under "headers"/],
    [{ status: 403 }, undefined, /403/],
    [{ status: 404 }, undefined, /there is no such server\. Check "url"; .*"transport_type: sse"/],
    [{ status: 405 }, undefined, /there is no such server/],
    [{ status: 500, message: 'oops\nat line 1' }, undefined, /^answered 500 at http:\/\/a\/mcp: oops$/],
    [{ errno: 'ECONNREFUSED' }, undefined, /^cannot be reached at http:\/\/a\/mcp \(ECONNREFUSED\)$/],
    [{ message: 'Unexpected content type' }, undefined, /^cannot be used at http:\/\/a\/mcp: Unexpected content type$/],
    [{}, 30_000, /^did not answer within 30 s at http:\/\/a\/mcp$/],
  ])('over HTTP: %j', (facts, limit, words) => {
    expect(remoteTrouble({ url: 'http://a/mcp', message: '', ...facts }, limit)).toMatch(words);
  });
});
