import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { orAbort } from '../abort.ts';
import type { Ask, Attempt, Model, ModelOptions, Part } from '../model.ts';
import type { Target } from '../rules/target.ts';
import { Projections } from '../rules/transcript/projector.ts';
import { toolIdRule, type ToolIdRule } from '../rules/transcript/tool-ids.ts';
import type { Source } from '../source.ts';
import { dialectOf } from './dialects.ts';
import type { Dialect } from './dialect.ts';
import { Exchange, type WholeBody } from './exchange.ts';
import { explain } from './explain.ts';
import { normalise, normaliseReader, type PartReader, type StreamInfo } from './normalise.ts';
import { partsOf } from './parts.ts';
import type { Transport } from './transport.ts';

export interface AskModelOptions {
  /** The transport on whose `fetch` the models were opened; without it a model speaks for itself. */
  readonly transport?: Transport;
  readonly toolIds?: ToolIdRule;
  /** `open` may answer another model each time: it is asked for every attempt. */
  readonly varies?: true;
}

/** Asks AI SDK models: projects the prompt onto the target, opens the model on first use, and answers one strict source. */
export function askModel(open: () => Promise<Model>, options: AskModelOptions = {}): Ask<ModelOptions, Part> {
  let opened: Promise<Model> | undefined;
  let known: Model | undefined;
  const projections = new Projections();
  const ready = (): Promise<Model> => {
    if (opened) return opened;
    const opening = (opened = open());
    // One that could not be opened is tried again by the next attempt.
    opening.catch(() => (opened = undefined));
    return opening;
  };
  return async (request, attempt) => {
    const model = options.varies ? await open() : (known ??= await ready());
    const dialect = dialectOf(attempt.target.protocol);
    const toolIds = options.toolIds ?? toolIdRule(attempt.target.protocol);
    const prompt = projections.project(request.prompt, { ...attempt.target, toolIds });
    const asked = prepare({ ...request, prompt }, attempt.target, dialect);
    if (!options.transport || !dialect) return bare(model, asked, attempt);
    return wired(model, asked, options.transport.begin(attempt, dialect));
  };
}

/** What the vendor package gets: the request without what is ours. */
function prepare(request: ModelOptions, target: Target, dialect: Dialect | undefined): ModelOptions {
  const { holdfast: _, ...providerOptions } = request.providerOptions ?? {};
  const own = request.reasoning === 'provider-default' ? undefined : request.reasoning;
  const reasoning = own ?? target.effort;
  const asked: ModelOptions = {
    ...request,
    ...(reasoning !== undefined && { reasoning }),
    ...(request.providerOptions && { providerOptions }),
  };
  return dialect?.options?.(asked) ?? asked;
}

async function bare(model: Model, asked: ModelOptions, attempt: Attempt): Promise<Source<Part>> {
  const { signal } = attempt;
  if (attempt.target.streams === false)
    return listed(await orAbort(model.doGenerate({ ...asked, abortSignal: signal }), signal), { signal });
  return normalise(await opened(model, { ...asked, abortSignal: signal }, signal), { signal });
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

async function wired(model: Model, asked: ModelOptions, exchange: Exchange): Promise<Source<Part>> {
  const options: ModelOptions = { ...asked, abortSignal: exchange.signal };
  const info: StreamInfo = {
    failure: () => exchange.failure,
    signal: exchange.attempt.signal,
    protocol: exchange.attempt.target.protocol,
    want: (wanted) => exchange.want(wanted),
    pings: (ping) => (exchange.onPing = ping),
    end: (reason, cut) => exchange.end(reason, cut),
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
