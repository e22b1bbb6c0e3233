import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURE_KINDS, type FailureFacts, type FailureKind } from './failure.ts';
import { isSuspicion, provesLife, scopeOf, scopesOf } from './scope.ts';
import { clearScopes, idsOfProvider, isBelow, parseScope, RESTING_KINDS, setScopes } from './scope-id.ts';
import { restsFor } from './rest.ts';

const target = { entry: 'work', model: 'small/1', credential: 'work#KEY_A', account: 'acme', group: 'sonnet' };

describe('scopes of a target', () => {
  it('six, by name and not by value', () => {
    expect(scopesOf(target)).toEqual([
      'endpoint:work',
      'endpoint:work/small/1',
      'account:acme',
      'account:acme/sonnet',
      'credential:work#KEY_A',
      'credential:work#KEY_A/small/1',
    ]);
    expect(scopesOf(target)).toBe(scopesOf(target));
    expect(scopesOf({ ...target, model: 'other' })[1]).toBe('endpoint:work/other');
  });

  it.each<[FailureKind, FailureFacts, string | undefined, boolean]>([
    ['rate-limit', {}, 'account:acme/sonnet', false],
    ['quota', {}, 'account:acme', false],
    ['quota', { perModel: true }, 'account:acme/sonnet', false],
    ['overload', {}, 'endpoint:work/small/1', false],
    ['server', {}, 'endpoint:work/small/1', true],
    ['network', {}, 'endpoint:work', false],
    ['network', { sent: true }, 'endpoint:work/small/1', true],
    ['timeout', {}, 'endpoint:work/small/1', true],
    ['timeout', { shortened: true }, undefined, false],
    ['auth', {}, 'credential:work#KEY_A', false],
    ['access-denied', {}, 'credential:work#KEY_A/small/1', false],
    ['model-missing', {}, 'credential:work#KEY_A/small/1', false],
    ['context-length', {}, undefined, false],
    ['too-large', {}, undefined, false],
    ['refusal', {}, undefined, false],
    ['bad-request', {}, undefined, false],
    ['empty', {}, 'endpoint:work/small/1', true],
    ['truncated', {}, 'endpoint:work/small/1', true],
    ['malformed', {}, 'endpoint:work', true],
    ['local', {}, undefined, false],
    ['cancelled', {}, undefined, false],
    ['unknown', {}, 'endpoint:work/small/1', true],
    ['resting', {}, undefined, false],
  ])('%s %j cools %s, suspicion: %s', (kind, facts, scope, suspicion) => {
    expect(scopeOf(target, kind, facts)).toBe(scope);
    expect(isSuspicion(kind, facts)).toBe(suspicion);
  });

  it('every kind that cools has a rest, and no other', () => {
    for (const kind of FAILURE_KINDS) expect([kind, restsFor(kind) !== undefined]).toEqual([kind, scopeOf(target, kind, {}) !== undefined]);
    expect(RESTING_KINDS).toHaveLength(13);
  });

  it('H6: what a failed probe proves alive is never what it cools', () => {
    for (const kind of FAILURE_KINDS) expect(provesLife(kind).map((level) => level as string)).not.toContain(scopeOf(target, kind, {}));
    expect(provesLife('refusal')).toHaveLength(6);
    expect(provesLife('rate-limit')).toEqual(['endpoint', 'credential']);
    for (const kind of ['cancelled', 'local', 'timeout', 'network', 'server', 'unknown'] as const) expect(provesLife(kind)).toEqual([]);
  });
});

describe('scope ids', () => {
  it.each([
    ['endpoint:work', 'endpoint:work', true],
    ['endpoint:work/a', 'endpoint:work', true],
    ['endpoint:workshop', 'endpoint:work', false],
    ['credential:work#KEY', 'credential:work', true],
    ['credential:work#KEY/a/b', 'credential:work#KEY', true],
    ['credential:work#KEY_B', 'credential:work#KEY', false],
    ['endpoint:work', 'endpoint:work/a', false],
    ['account:work', 'endpoint:work', false],
    ['endpoint:work:8', 'endpoint:work', false],
  ])('%s below %s: %s', (id, scope, below) => expect(isBelow(id, scope)).toBe(below));

  it('all scopes of a target lie below one of its bare names', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.:-]{0,8}$/);
    fc.assert(
      fc.property(name, name, name, (entry, model, variable) => {
        const scopes = scopesOf({ entry, model, credential: `${entry}#${variable}`, account: `${entry}#${variable}`, group: model });
        const above = clearScopes({ entry, credentials: [], accounts: [] });
        expect(scopes.every((scope) => above.some((one) => isBelow(scope, one)))).toBe(true);
        expect(scopes.every((scope) => parseScope(scope)?.whole)).toBe(true);
      }),
    );
  });

  it.each([
    ['endpoint:work', { family: 'endpoint', name: 'work', whole: true }],
    ['endpoint:ollama/llama3.1:8b', { family: 'endpoint', name: 'ollama/llama3.1:8b', whole: true }],
    ['account:acme/sonnet', { family: 'account', name: 'acme/sonnet', whole: true }],
    ['credential:work#KEY', { family: 'credential', name: 'work#KEY', whole: true }],
    ['credential:work', { family: 'credential', name: 'work', whole: false }],
  ])('%s is an id', (id, parsed) => expect(parseScope(id)).toEqual(parsed));

  it.each([
    '',
    'work',
    'endpoint:',
    'endpoint',
    'host:work',
    'endpoint:/x',
    'endpoint:x/',
    'account:a b',
    'endpoint:a\n',
    `endpoint:${'x'.repeat(500)}`,
  ])('%j is none', (id) => expect(parseScope(id)).toBeUndefined());
});

describe('health set and clear, by provider', () => {
  const provider = { entry: 'work', credentials: ['work#A', 'work#B'], accounts: ['acme', 'work#B'], group: 'sonnet' };

  it.each<[FailureKind, string | undefined, string[]]>([
    ['auth', undefined, ['credential:work#A', 'credential:work#B']],
    ['quota', undefined, ['account:acme', 'account:work#B']],
    ['rate-limit', undefined, ['endpoint:work']],
    ['overload', undefined, ['endpoint:work']],
    ['overload', 'small', ['endpoint:work/small']],
    ['network', 'small', ['endpoint:work/small']],
    ['quota', 'small', ['account:acme/sonnet', 'account:work#B/sonnet']],
    ['rate-limit', 'small', ['account:acme/sonnet', 'account:work#B/sonnet']],
    ['auth', 'small', ['credential:work#A/small', 'credential:work#B/small']],
    ['model-missing', 'small', ['credential:work#A/small', 'credential:work#B/small']],
    ['cancelled', undefined, []],
    ['bad-request', 'small', []],
  ])('%s of %s rests %j', (kind, model, scopes) => expect(setScopes(provider, kind, model)).toEqual(scopes));

  it('an entry without a key', () => {
    expect(setScopes({ entry: 'local', credentials: [], accounts: [] }, 'auth')).toEqual(['credential:local#-']);
    expect(setScopes({ entry: 'local', credentials: [], accounts: [] }, 'quota')).toEqual(['account:local#-']);
  });

  it('a bare provider is everything of it, labelled accounts too', () => {
    expect(clearScopes(provider)).toEqual(['endpoint:work', 'account:work', 'credential:work', 'account:acme']);
    expect(clearScopes(provider, 'small')).toEqual([
      'endpoint:work/small',
      'account:acme/sonnet',
      'account:work#B/sonnet',
      'credential:work#A/small',
      'credential:work#B/small',
    ]);
  });

  it('what is believed of a provider, as files and the library name it', () => {
    const of = (id: string) => [`endpoint:${id}`, `credential:${id}#key`, `account:${id}#key/gpt-5`];
    const own = ['endpoint:openai', 'credential:openai#KEY/gpt-5', ...of('openai.chat/gpt-5')];
    const others = ['endpoint:openais/gpt-5', 'endpoint:openai.eu', ...of('azure.openai/gpt-5')];
    const all = [...own, ...others];
    expect(idsOfProvider(all, 'openai', undefined, ['openai.eu'])).toEqual(own);
    expect(idsOfProvider(all, 'openai.chat')).toEqual(of('openai.chat/gpt-5'));
    expect(idsOfProvider(all, 'openai', 'gpt-5')).toEqual(own.slice(1));
    expect(idsOfProvider(all, 'openai.chat', 'gpt-5')).toEqual(of('openai.chat/gpt-5'));
    expect(idsOfProvider(all, 'openai', 'gpt')).toEqual([]);
  });
});
