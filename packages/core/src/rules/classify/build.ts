import { hint } from '../hints.ts';
import { ModelFailure, type FailureFacts, type FailureKind } from '../failure.ts';
import { decide, type Verdict } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { sizesIn } from './prose.ts';
import type { ClassifyContext } from './row.ts';
import { scrub } from './scrub.ts';
import { SENTENCES } from './sentence.data.ts';
import { stackless } from '../stackless.ts';

/** A failure and the entry of the tables that said so. */
export interface Diagnosis {
  readonly failure: ModelFailure;
  readonly row: string;
}

/** Kinds after which the provider may say when to come back. */
const HINTED: ReadonlySet<FailureKind> = new Set<FailureKind>(['rate-limit', 'quota', 'overload', 'server', 'unknown']);
const SIZED: ReadonlySet<FailureKind> = new Set<FailureKind>(['context-length', 'too-large']);

export function build(evidence: Evidence, context: ClassifyContext, cause: unknown): Diagnosis {
  const verdict = decide(evidence, context);
  const facts = factsOf(evidence, verdict, context);
  const failure = stackless(() => new ModelFailure(verdict.kind, sentence(verdict, evidence, facts), facts, { cause }));
  return { failure, row: verdict.row };
}

function factsOf(evidence: Evidence, verdict: Verdict, context: ClassifyContext): FailureFacts {
  const { payload, headers } = evidence;
  const message = (payload.messages.length > 0 ? payload.messages : evidence.said).join('\n');
  // The 200 before an error in the body says nothing about it.
  const head = evidence.http !== undefined && evidence.http < 300 && payload.failed ? undefined : evidence.http;
  const status = head !== undefined && head >= 300 ? head : (payload.status ?? head);
  const code = payload.code ?? evidence.faults.findLast((fault) => fault.code !== undefined)?.code;
  const requestId =
    headers['request-id'] ?? headers['x-request-id'] ?? headers['x-amzn-requestid'] ?? headers['apim-request-id'] ?? payload.requestId;
  const told = HINTED.has(verdict.kind)
    ? hint({
        headers: { ...payload.headers, ...headers },
        body: payload.nodes,
        message,
        now: context.now,
        protocol: context.protocol,
        kind: verdict.kind,
      })
    : undefined;
  const tokens = SIZED.has(verdict.kind) ? sizesIn(message) : undefined;
  const detail = scrub(message);
  return {
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code: scrub(code, 80) }),
    ...(payload.type !== undefined && { type: scrub(payload.type, 80) }),
    ...(told && { retryAt: told.retryAt, hint: told.from }),
    ...(verdict.sent && { sent: true }),
    ...(isUnsent(verdict) && { sent: false }),
    ...(headers['x-should-retry']?.trim().toLowerCase() === 'false' && { sameTarget: false }),
    ...(verdict.perModel && { perModel: true }),
    ...(verdict.repair !== undefined && { repair: verdict.repair }),
    ...(requestId !== undefined && { requestId: requestId.slice(0, 120) }),
    ...(detail !== '' && { detail }),
    ...(tokens && { tokens }),
  };
}

/** The package found no key, or no setting: nothing was sent. */
const isUnsent = ({ row }: Verdict): boolean => row === 'package/no-key' || row === 'package/no-setting';

/** One sentence of ours that stands after the target's name. A missing key names its variable. */
function sentence(verdict: Verdict, evidence: Evidence, facts: FailureFacts): string {
  if (isUnsent(verdict)) {
    const text = evidence.faults.map((fault) => fault.message).join('\n');
    const variable = /\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b(?= environment variable)/.exec(text)?.[1];
    return variable === undefined ? verdict.say! : `${verdict.say}: ${variable} is not set`;
  }
  if (verdict.say !== undefined) return verdict.say;
  if (verdict.kind === 'server' && facts.status !== undefined && facts.status >= 400) return `${SENTENCES.server} ${facts.status}`;
  return SENTENCES[verdict.kind];
}
