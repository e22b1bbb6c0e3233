import { complaints, type Checked } from '../checker/index.ts';
import { faultFor, type Fault, type Outage, type Reason } from '../outage.ts';
import { answerAt, type Answer, type Facts, type Scripts } from '../script.ts';
import type { Gate } from './gate.ts';
import { make, promptTokens } from './make.ts';
import { planWithoutAnswer, refusal, type Ask, type Delivery } from './plan-delivery.ts';
import { planStream } from './plan-stream.ts';
import { planWhole } from './plan-whole.ts';
import type { Protocol, ProtocolName } from './protocol.ts';

export interface LabAnswer extends Answer {
  /** Stops the answer at a known place until the test releases it. */
  readonly gate?: Gate;
  /** Ms before each frame. */
  readonly delayMs?: number;
}

export interface LabModel {
  /** Default: the provider's. */
  readonly script?: Scripts<LabAnswer>;
  /** Tokens; a longer prompt is refused as that vendor refuses it. */
  readonly window?: number;
  /** False: a conversation that ends with an assistant turn is refused. */
  readonly prefill?: boolean;
  /** A request that this vendor's API would refuse is refused, in its words; `true`: for what it refuses of every model. */
  readonly checked?: Checked | true;
}

/** Whether a key is taken, or why not: asked for every request, so that keys may be limited, spent or changed while the provider runs. */
export type KeyJudge = (key: string | undefined) => Reason | undefined;

export interface Lab {
  readonly name: string;
  readonly protocol: Protocol;
  readonly protocolName: ProtocolName;
  readonly models: Readonly<Record<string, LabModel>> | undefined;
  readonly script: Scripts<LabAnswer>;
  readonly outage: Outage;
  readonly key: string | KeyJudge | undefined;
  readonly checked: Checked | true | undefined;
}

export interface Decision {
  readonly delivery: Delivery;
  readonly fault?: Fault;
  readonly gate?: Gate;
  readonly delayMs?: number;
  /** The script's answer is given, unharmed. */
  readonly whole: boolean;
  /** Of the answer: what is opaque in it holds it. */
  readonly id?: string;
}

/** What a request is looked at for: its key, its body, and the answers whose signatures it may hold. */
export interface Shown {
  readonly key: string | undefined;
  readonly body: unknown;
  readonly issued: readonly string[];
}

/** The outage comes first: a server that is down looks at no key. Then key, model, size; then the script. */
export function decide(lab: Lab, facts: Facts, nthOfModel: number, shown: Shown, now: number): Decision {
  const ask: Ask = { protocol: lab.protocol, facts, now };
  const planned = faultFor(lab.outage, `${lab.name}/${facts.model}`, facts.nth, nthOfModel);
  const early = planned && planWithoutAnswer(planned, ask);
  if (early) return { delivery: early, fault: planned, whole: false };
  const refused = refuse(lab, ask, facts, shown.key) ?? complain(lab, ask, facts.model, shown);
  if (refused) return { delivery: refused, whole: false };
  const answer = scripted(lab, facts, nthOfModel);
  const fault = planned ?? answer.fault;
  const { id, ...delivery } = deliveryOf(answer, fault, ask, facts);
  return {
    delivery,
    ...(id !== undefined && { id }),
    whole: fault === undefined,
    ...(fault && { fault }),
    ...(answer.gate && { gate: answer.gate }),
    ...(answer.delayMs !== undefined && { delayMs: answer.delayMs }),
  };
}

/** A list of one model's own counts its requests, the provider's counts all. */
function scripted({ models, script }: Lab, facts: Facts, nthOfModel: number): LabAnswer {
  const own = models?.[facts.model]?.script;
  return own === undefined ? answerAt(script, facts, facts.nth) : answerAt(own, facts, nthOfModel);
}

function deliveryOf(answer: LabAnswer, fault: Fault | undefined, ask: Ask, facts: Facts): Delivery & { readonly id?: string } {
  const early = fault && planWithoutAnswer(fault, ask);
  if (early) return early;
  const made = make(answer, facts, ask.now);
  return { ...(facts.stream ? planStream(made, fault, ask) : planWhole(made, fault, ask)), id: made.id };
}

/** What this vendor refuses by itself. */
export function refuse(lab: Lab, ask: Ask, facts: Omit<Facts, 'nth' | 'answered'>, key: string | undefined): Delivery | undefined {
  const why = keyRefusal(lab, key);
  if (why !== undefined) return refusal({ reason: why }, ask);
  const model = lab.models && Object.hasOwn(lab.models, facts.model) ? lab.models[facts.model] : undefined;
  if (facts.model === '' || facts.turns.every(({ role }) => role === 'system')) return refusal({ reason: 'bad-request' }, ask);
  if (lab.models && !model) return refusal({ reason: 'model-missing' }, ask);
  const requested = promptTokens(facts.turns, facts.tools);
  if (model?.window !== undefined && requested > model.window)
    return refusal({ reason: 'overflow' }, ask, { tokens: { requested, limit: model.window } });
  if (model?.prefill === false && facts.turns.at(-1)?.role === 'assistant') return refusal({ reason: 'prefill' }, ask);
  return undefined;
}

export function keyRefusal({ key: due }: Pick<Lab, 'key'>, key: string | undefined): Reason | undefined {
  if (typeof due === 'function') return due(key);
  return due === undefined || key === due ? undefined : 'auth';
}

/** What the vendor's API finds wrong with the request itself. */
function complain(lab: Lab, ask: Ask, model: string, { body, issued }: Shown): Delivery | undefined {
  const checked = lab.models?.[model]?.checked ?? lab.checked;
  if (checked === undefined) return undefined;
  const mine = (opaque: string): boolean => issued.some((id) => decoded(opaque).includes(id));
  const [first] = complaints(lab.protocolName, body, { mine, ...(checked === true ? {} : checked) });
  return first && refusal({ reason: 'bad-request', status: first.status }, ask, { complaint: first });
}

function decoded(opaque: string): string {
  try {
    return atob(opaque);
  } catch {
    return '';
  }
}
