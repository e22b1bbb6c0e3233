import type {
  LanguageModelV4 as Model,
  LanguageModelV4CallOptions as Options,
  LanguageModelV4GenerateResult as Generated,
  LanguageModelV4StreamPart as Part,
} from '@ai-sdk/provider';
import type { Clock } from '@holdfast/core';
import { following, never, type Gone } from './gone.ts';
import { perform, performOutage, type ModelFault, type Performance } from './model-fault.ts';
import { faultFor, type Outage } from './outage.ts';
import { wallClock } from './provider/wall-clock.ts';
import type { Answer } from './script.ts';
import { contentOf, finishOf, partsOf } from './scripted-parts.ts';

/** One answer of a model in process. */
export interface ModelAnswer extends Answer {
  /** Ms on the clock before the call is answered. */
  readonly after?: number;
  /** Ms before each part. */
  readonly every?: number;
  /** These parts, instead of what the rest of the answer would give. */
  readonly parts?: readonly Part[];
  readonly fails?: ModelFault;
}

export interface ModelLogLine {
  /** Epoch ms on the model's clock. */
  readonly at: number;
  /** Which call of this model, from 1. */
  readonly nth: number;
  /**
   * `asked`, then `answered` (parts may be pulled) or `failed`; then how it ended: `ended`, `broke` by script, `cancelled` by the
   * reader or `aborted` by the signal.
   */
  readonly what: 'asked' | 'answered' | 'failed' | 'ended' | 'broke' | 'cancelled' | 'aborted';
}

export interface ScriptedModelOptions {
  readonly id?: string;
  readonly provider?: string;
  readonly clock?: Clock;
  /** A list is answered one by one, the last again and again. */
  readonly script?: ModelAnswer | readonly ModelAnswer[] | ((options: Options, nth: number) => ModelAnswer);
  /** Known there as `provider/id`. */
  readonly outage?: Outage;
}

export interface ScriptedModel extends Model {
  readonly log: readonly ModelLogLine[];
  /** What it was asked, oldest first. */
  readonly requests: readonly Options[];
  /** Parts handed out, over all calls: shows whether anybody reads ahead (C3). */
  readonly pulled: number;
  /** Calls and streams that are not over. */
  readonly open: number;
}

export const scriptedModel = (options: ScriptedModelOptions = {}): ScriptedModel => new Scripted(options);

class Scripted implements ScriptedModel {
  readonly specificationVersion = 'v4';
  readonly supportedUrls = {};
  readonly provider: string;
  readonly modelId: string;
  readonly log: ModelLogLine[] = [];
  readonly requests: Options[] = [];
  readonly #clock: Clock;
  readonly #script: NonNullable<ScriptedModelOptions['script']>;
  readonly #outage: Outage;
  pulled = 0;
  open = 0;

  constructor({ id = 'scripted', provider = 'lab', clock = wallClock, script = {}, outage = { rules: [] } }: ScriptedModelOptions) {
    this.modelId = id;
    this.provider = provider;
    this.#clock = clock;
    this.#script = script;
    this.#outage = outage;
  }

  async doGenerate(options: Options): Promise<Generated> {
    const { answer, show, note, gone } = this.#begin(options);
    try {
      await this.#head(answer, show, gone.signal);
      note('answered');
      for (const _ of show.parts) if (answer.every) await this.#clock.sleep(answer.every, gone.signal);
      const error = show.parts.find((part) => part.type === 'error');
      if (error) throw error.error;
      if (show.end === 'hang') await never(gone.signal);
      if (typeof show.end === 'object') throw show.end.error;
      note('ended');
    } catch (error) {
      note(gone.signal.aborted ? 'aborted' : 'failed');
      throw error;
    } finally {
      gone[Symbol.dispose]();
    }
    const last = show.parts.at(-1);
    const { finishReason, usage } =
      last?.type === 'finish' ? last : { ...finishOf({}), finishReason: { unified: 'other', raw: undefined } as const };
    return { content: contentOf(show.parts), finishReason, usage, warnings: [], response: { modelId: this.modelId } };
  }

  async doStream(options: Options): Promise<{ stream: ReadableStream<Part> }> {
    const { answer, show, note, gone } = this.#begin(options);
    try {
      await this.#head(answer, show, gone.signal);
    } catch (error) {
      note(gone.signal.aborted ? 'aborted' : 'failed');
      gone[Symbol.dispose]();
      throw error;
    }
    note('answered');
    return { stream: this.#stream(answer, show, note, gone) };
  }

  #begin(options: Options) {
    const nth = this.requests.push(options);
    const said = this.#script;
    const at = Array.isArray(said) ? (said as readonly ModelAnswer[])[Math.min(nth, said.length) - 1] : undefined;
    const answer = at ?? (typeof said === 'function' ? said(options, nth) : Array.isArray(said) ? {} : (said as ModelAnswer));
    const now = this.#clock.now();
    const parts = answer.parts ?? partsOf(answer, this.modelId, nth, now);
    const fault = faultFor(this.#outage, `${this.provider}/${this.modelId}`, nth) ?? answer.fault;
    const show = fault ? performOutage(parts, fault, this.modelId, now) : perform(parts, answer.fails);
    this.open++;
    let over = false;
    const note = (what: ModelLogLine['what']) => {
      if (over) return;
      this.log.push({ at: this.#clock.now(), nth, what });
      over = what !== 'asked' && what !== 'answered';
      if (over) this.open--;
    };
    note('asked');
    return { answer, show, note, gone: following(options.abortSignal) };
  }

  async #head(answer: ModelAnswer, show: Performance, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (answer.after) await this.#clock.sleep(answer.after, signal);
    if (show.call === 'hang') await never(signal);
    else if (show.call) throw show.call.error;
  }

  #stream(answer: ModelAnswer, show: Performance, note: (what: ModelLogLine['what']) => void, gone: Gone): ReadableStream<Part> {
    const { parts, end, pingMs } = show;
    let at = 0;
    const over = (what: ModelLogLine['what']) => {
      note(what);
      gone[Symbol.dispose]();
    };
    const finish = async (out: ReadableStreamDefaultController<Part>) => {
      if (end === 'close') {
        over('ended');
        out.close();
      } else if (end !== 'hang') {
        over('broke');
        out.error(end.error);
      } else if (pingMs === undefined) await never(gone.signal).catch(() => {});
      else {
        await this.#clock.sleep(pingMs, gone.signal).catch(() => {});
        if (!gone.signal.aborted) out.enqueue({ type: 'ping' });
      }
    };
    const next = (out: ReadableStreamDefaultController<Part>) => {
      if (gone.signal.aborted) return undefined;
      if (at >= parts.length) return finish(out);
      this.pulled++;
      return out.enqueue(parts[at++]!);
    };
    return new ReadableStream<Part>(
      {
        start: (out) =>
          gone.signal.addEventListener('abort', () => {
            if (gone.cancelled) return;
            over('aborted');
            out.error(gone.signal.reason);
          }),
        pull: (out) => {
          if (!answer.every || at >= parts.length) return next(out);
          return this.#clock.sleep(answer.every, gone.signal).then(
            () => next(out),
            () => {},
          );
        },
        cancel: (reason) => {
          over('cancelled');
          gone.cancel(reason);
        },
      },
      { highWaterMark: 0 },
    );
  }
}
