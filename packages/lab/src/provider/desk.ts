import type { Clock } from '@holdfast/core';
import { failsFromNowOn, faultFor } from '../outage.ts';
import { decide, keyRefusal, refuse, type Decision, type Lab } from './decide.ts';
import { promptTokens } from './make.ts';
import { body as inOnePiece, JSON_HEAD, refusal, type Delivery } from './plan-delivery.ts';
import { isRow, type Protocol, type RawFacts, type Route } from './protocol.ts';
import type { Entry } from './request-log.ts';

/** Counts the requests of one provider and decides each: all the state that two of its requests share. */
export class Desk {
  readonly #lab: Lab;
  readonly #clock: Clock;
  readonly #perModel = new Map<string, number>();
  #nth = 0;
  #answered = 0;
  readonly #issued: string[] = [];

  constructor(lab: Lab, clock: Clock) {
    this.#lab = lab;
    this.#clock = clock;
  }

  get refusesNext(): boolean {
    return faultFor(this.#lab.outage, this.#lab.name, this.#nth + 1)?.do === 'refused';
  }

  get refusesForGood(): boolean {
    return failsFromNowOn(this.#lab.outage, this.#lab.name, this.#nth + 1, 'refused');
  }

  /** Counts a request that is not even heard. */
  refuse(): number {
    return ++this.#nth;
  }

  decide(entry: Entry, at: URL): Decision {
    const { protocol, name } = this.#lab;
    const path = at.pathname.startsWith(`${protocol.base}/`) ? at.pathname.slice(protocol.base.length) : at.pathname;
    const route = protocol.route(entry.method, path);
    const key = protocol.key(entry.headers, at.searchParams);
    const now = this.#clock.now();
    if (route?.kind !== 'generate') return { delivery: this.#aside(route, entry.body, key, now), whole: false };
    const raw = rawFacts(protocol, entry.body, route);
    const nthOfModel = (this.#perModel.get(raw.model) ?? 0) + 1;
    this.#perModel.set(raw.model, nthOfModel);
    entry.nth = ++this.#nth;
    entry.facts = { ...raw, provider: name, nth: this.#nth, answered: this.#answered };
    const decision = decide(this.#lab, entry.facts, nthOfModel, { key, body: entry.body, issued: this.#issued }, now);
    if (decision.whole) this.#answered++;
    if (decision.id !== undefined) this.#issued.push(decision.id);
    return decision;
  }

  /** Requests that ask no model for an answer: not counted, and no outage harms them. */
  #aside(route: Exclude<Route, { kind: 'generate' }> | undefined, body: unknown, key: string | undefined, now: number): Delivery {
    const { protocol, models } = this.#lab;
    const raw = rawFacts(protocol, body, route ?? { kind: 'models' });
    const ask = { protocol, facts: raw, now };
    if (!route) return refusal({ status: 404, reason: 'bad-request' }, ask);
    if (route.kind === 'models') {
      const why = keyRefusal(this.#lab, key);
      if (why !== undefined) return refusal({ reason: why }, ask);
      return inOnePiece(200, JSON_HEAD, JSON.stringify(protocol.models(Object.keys(models ?? { 'small-1': {} }))));
    }
    const facts = { ...raw, model: route.model ?? raw.model, provider: this.#lab.name };
    const count = () => inOnePiece(200, JSON_HEAD, JSON.stringify(protocol.count(promptTokens(raw.turns, raw.tools))));
    return refuse(this.#lab, { ...ask, facts }, facts, key) ?? count();
  }
}

const rawFacts = (protocol: Protocol, body: unknown, route: Route): RawFacts => protocol.facts(isRow(body) ? body : {}, route);
