import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Repair } from './repair-names.ts';
import { renamedLimit, withoutBeta, withoutSetting } from './settings.ts';
import { withoutImages, type Wants } from './wants.ts';

type Options = LanguageModelV4CallOptions;

const known = new WeakMap<Wants, Map<string, Wants>>();

/** What a target wants after its repairs; the same object for the same repairs. */
export function wantsAfter(wants: Wants, repairs: readonly Repair[]): Wants {
  if (repairs.length === 0) return wants;
  let made = known.get(wants);
  if (!made) known.set(wants, (made = new Map()));
  const key = repairs.toSorted().join(' ');
  const found = made.get(key) ?? repairs.reduce(wantsOne, wants);
  made.set(key, found);
  return found;
}

function wantsOne(wants: Wants, repair: Repair): Wants {
  switch (repair) {
    case 'sign-calls':
      return { ...wants, signedCalls: true };
    case 'prefill':
      return { ...wants, endsWithUser: true };
    case 'plain-ids':
      return { ...wants, toolIds: 'plain' };
    case 'tools-as-text':
      return { ...wants, toolText: true };
    case 'strict-roles':
      return { ...wants, turns: 'strict', system: 'top', endsWithUser: true };
    case 'single-calls':
      return { ...wants, parallelCalls: false };
    case 'unmarked':
    case 'no-cache-marks':
      return { ...wants, cacheMarks: false };
    case 'no-images':
      return withoutImages(wants.files.includes('*/*') ? { ...wants, files: [], resultFiles: [] } : wants);
    case 'no-references':
      return { ...wants, references: false };
    case 'small-schemas':
      return { ...wants, schemas: 'google' };
    default:
      return wants;
  }
}

/** The request after the repairs that change its settings. */
export const requestAfter = (request: Options, repairs: readonly Repair[]): Options => repairs.reduce(requestOne, request);

function requestOne(request: Options, repair: Repair): Options {
  const [kind, subject = ''] = repair.split(':');
  if (kind === 'effort') return request.reasoning === subject ? withoutSetting(request, 'reasoning') : request;
  if (kind === 'no-thinking' || kind === 'no-effort') return withoutSetting(request, 'reasoning');
  if (kind === 'beta') return subject.split(',').reduce(withoutBeta, request);
  if (kind === 'output') return { ...request, maxOutputTokens: Math.min(request.maxOutputTokens ?? Infinity, Number(subject)) };
  if (kind !== 'setting') return request;
  if (subject === 'max-tokens') return renamedLimit(request);
  return withoutSetting(request, subject);
}
