import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { orAbort } from '../abort.ts';
import type { Ask, Attempt, Model, ModelOptions, Part } from '../model.ts';
import type { Moving } from '../moving.ts';
import type { Source } from '../source.ts';
import { dialectOf } from './dialects.ts';
import { Exchange, type WholeBody } from './exchange.ts';
import { explain } from './explain.ts';
import { Fitting, type FittedRequest } from './fitting.ts';
import { normalise, normaliseReader, type PartReader, type StreamInfo } from './normalise.ts';
import { partsOf } from './parts.ts';
import type { Transport } from './transport.ts';

export interface AskModelOptions {
  /** The transport on whose `fetch` the models were opened; without it a model speaks for itself. */
  readonly transport?: Transport;
  /** `open` may answer another model each time: it is asked for every attempt. */
  readonly varies?: true;
  /** What is remembered of conversations that move between models; shared by the targets of a chain. */
  readonly moving?: Moving;
}

/** Asks AI SDK models: projects the prompt onto the target, opens the model on first use, and answers one strict source. */
export function askModel(open: () => Promise<Model>, options: AskModelOptions = {}): Ask<ModelOptions, Part> {
  let opened: Promise<Model> | undefined;
  let known: Model | undefined;
  const fitting = new Fitting(options.moving);
  const ready = (): Promise<Model> => {
    if (opened) return opened;
    const opening = (opened = open());
    // One that could not be opened is tried again by the next attempt.
    opening.catch(() => (opened = undefined));
    return opening;
  };
  const asked = (model: Model, fitted: FittedRequest, attempt: Attempt): Promise<Source<Part>> => {
    const dialect = options.transport && dialectOf(attempt.target.protocol);
    if (!dialect) return bare(model, fitted, attempt);
    return wired(model, fitted, options.transport!.begin(attempt, dialect)).then((source) => {
      fitted.taken();
      return source;
    });
  };
  const fitted = (request: ModelOptions, attempt: Attempt): FittedRequest | Promise<FittedRequest> => {
    // Bound, and no closure: what a closure of each call encloses, here the whole history, outlives many small collections.
    const own = fitting.mends.bind(fitting, request, attempt.target);
    attempt.mends = attempt.mends ? either(attempt.mends, own) : own;
    return fitting.fit(request, attempt);
  };
  const whenReady: Ask<ModelOptions, Part> = async (request, attempt) => {
    const model = options.varies ? await open() : (known ??= await ready());
    return asked(model, await fitted(request, attempt), attempt);
  };
  return (request, attempt) => {
    if (known === undefined) return whenReady(request, attempt);
    const fit = fitted(request, attempt);
    const model = known;
    return fit instanceof Promise ? fit.then((later) => asked(model, later, attempt)) : asked(model, fit, attempt);
  };
}

const either =
  (above: (repair: string) => boolean, own: (repair: string) => boolean) =>
  (repair: string): boolean =>
    above(repair) || own(repair);

async function bare(model: Model, fitted: FittedRequest, attempt: Attempt): Promise<Source<Part>> {
  const { options, hearsReasoning, seen, over } = fitted;
  const { signal } = attempt;
  const info: StreamInfo = { signal, hearsReasoning, seen, end: over };
  const own = { ...options, abortSignal: signal };
  try {
    if (attempt.target.streams !== false) {
      // Whoever waits for this hears of a cut by himself (`withLimits`): no ear of its own is needed, which would cost more than the rest.
      const { stream, response } = await model.doStream(own);
      if (signal.aborted) letGo(stream, signal);
      if (response?.headers) attempt.head?.(200, response.headers);
      fitted.taken();
      return normalise(stream, info);
    }
    const result = await orAbort(model.doGenerate(own), signal);
    if (result.response?.headers) attempt.head?.(200, result.response.headers);
    fitted.taken();
    return listed(result, info);
  } catch (error) {
    refusedHead(error, attempt);
    throw error;
  }
}

/** A model that does not heed its signal has answered when nobody is there any more. */
function letGo(stream: ReadableStream<Part>, { reason }: AbortSignal): never {
  stream.cancel(reason).catch(() => {});
  throw reason;
}

/** What the AI SDK's errors carry of the response that refused. */
function refusedHead(error: unknown, { head }: Attempt): void {
  if (!head || typeof error !== 'object' || error === null) return;
  const { statusCode, responseHeaders } = error as { readonly statusCode?: number; readonly responseHeaders?: Record<string, string> };
  if (typeof statusCode === 'number' && responseHeaders) head(statusCode, responseHeaders);
}

/** A model that does not heed its signal may answer when nobody is there any more: what it opened then is let go. */
async function opened(model: Model, options: ModelOptions, signal: AbortSignal): Promise<ReadableStream<Part>> {
  const opening = model.doStream(options);
  try {
    return (await orAbort(opening, signal)).stream;
  } catch (error) {
    if (signal.aborted) opening.then(({ stream }) => stream.cancel(error)).then(undefined, () => {});
    throw error;
  }
}

async function wired(
  model: Model,
  { options: asked, hearsReasoning, seen, over }: FittedRequest,
  exchange: Exchange,
): Promise<Source<Part>> {
  const options: ModelOptions = { ...asked, abortSignal: exchange.signal };
  const info: StreamInfo = {
    hearsReasoning,
    seen,
    failure: () => exchange.failure,
    signal: exchange.attempt.signal,
    protocol: exchange.attempt.target.protocol,
    want: (wanted) => exchange.want(wanted),
    pings: (ping) => (exchange.onPing = ping),
    end: (reason, cut) => {
      exchange.end(reason, cut);
      over();
    },
  };
  try {
    if (exchange.attempt.target.streams === false) return listed(await generate(model, options, exchange), info);
    return normalise(await opened(model, options, exchange.signal), info);
  } catch (error) {
    try {
      // E2: the answer came whole.
      if (exchange.whole) return listed(await generate(model, options, exchange, exchange.whole), info);
    } catch (unreadable) {
      throw ended(unreadable, exchange);
    }
    throw ended(error, exchange);
  }
}

function generate(model: Model, options: ModelOptions, exchange: Exchange, whole?: WholeBody): Promise<LanguageModelV4GenerateResult> {
  exchange.mode = 'whole';
  exchange.whole = whole;
  return orAbort(model.doGenerate(options), exchange.signal);
}

function ended(error: unknown, exchange: Exchange): unknown {
  const { signal } = exchange.attempt;
  const failure = exchange.failure ?? (signal.aborted ? signal.reason : explain(error));
  exchange.end(failure, true);
  return failure;
}

function listed(result: LanguageModelV4GenerateResult, info: StreamInfo = {}): Source<Part> {
  const parts = partsOf(result).values();
  const reader: PartReader = {
    read: async () => {
      const next = parts.next();
      return next.done ? { done: true } : { done: false, value: next.value };
    },
    cancel: async () => {},
  };
  return normaliseReader(reader, info);
}
