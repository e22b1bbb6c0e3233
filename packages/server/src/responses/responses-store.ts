import type { MaybePromise } from '@holdfast/core/engine';
import { BadRequest, type JsonObject } from '@holdfast/core/wire';
import { namedIn, type Found } from '../rules/expand.ts';
import type { KeptResponse } from '../rules/kept-response.ts';

/**
 * The responses that clients may ask for again or go on from, each caller its own (field note 19, R2). Passes `responsesStoreContract`.
 * What is older than the store keeps things is unknown to it.
 */
export interface ResponsesStore {
  /** What it went on from is kept for as long as this one. */
  save(caller: string, kept: KeptResponse): MaybePromise<void>;
  get(caller: string, id: string): MaybePromise<KeptResponse | undefined>;
  /** The response and all that it went on from, the oldest first; undefined when one of them is not known. */
  chain(caller: string, id: string): MaybePromise<readonly KeptResponse[] | undefined>;
  /** Items of inputs and outputs by their ids; the unknown are left out. */
  items(caller: string, ids: readonly string[]): MaybePromise<ReadonlyMap<string, JsonObject>>;
  /** False: it was not known. */
  delete(caller: string, id: string): MaybePromise<boolean>;
  close(): MaybePromise<void>;
}

const NOTHING: Found = { items: new Map() };

/** What the store knows of what a request names. Without a store nothing is known. */
export async function lookUp(store: ResponsesStore | undefined, caller: string, body: JsonObject): Promise<Found> {
  const named = namedIn(body);
  if (!named || !store) return NOTHING;
  const chain = named.previous === undefined ? undefined : await store.chain(caller, named.previous);
  const items = named.items.length === 0 ? NOTHING.items : await store.items(caller, named.items);
  return { ...(chain && { chain }), items };
}

/** A store whose failures stop no call: what it cannot tell is unknown, what it cannot keep is not kept. `say`: told why, once until it can again. */
export function failOpenResponses(store: ResponsesStore, say: (why: string) => void): ResponsesStore {
  let said = false;
  const tried = async <T>(verb: () => MaybePromise<T>, otherwise: T): Promise<T> => {
    try {
      const answer = await verb();
      said = false;
      return answer;
    } catch (error) {
      if (error instanceof BadRequest) throw error;
      if (!said) say(`responses are not kept now: ${error instanceof Error ? error.message : String(error)}`);
      said = true;
      return otherwise;
    }
  };
  return {
    save: (caller, kept) => tried(() => store.save(caller, kept), undefined),
    get: (caller, id) => tried(() => store.get(caller, id), undefined),
    chain: (caller, id) => tried(() => store.chain(caller, id), undefined),
    items: (caller, ids) => tried(() => store.items(caller, ids), NOTHING.items),
    delete: (caller, id) => tried(() => store.delete(caller, id), false),
    close: () => tried(() => store.close(), undefined),
  };
}
