import type { Clock } from '@holdfast/core';
import { orAbort } from '@holdfast/core/engine';
import type { ToolContext, ToolOutput } from '../ports.ts';
import { elicitationOf, elicitReply, type ElicitParams, type ElicitReply } from '../rules/mcp-elicit.ts';
import { progressLine } from '../rules/mcp-progress.ts';
import { toolAnswer } from '../rules/mcp-result.ts';
import type { CallOutcome } from './connection.ts';
import type { Server } from './server.ts';
import { timeLimit, type TimeLimit } from './time-limit.ts';

interface OpenCall {
  readonly context: ToolContext;
  readonly limit: TimeLimit;
}

/** One call of a tool, by the name its server knows. */
export interface McpCall {
  readonly tool: string;
  readonly idempotent: boolean;
  readonly input: Readonly<Record<string, unknown>>;
  readonly context: ToolContext;
}

/**
 * Calls of one server.
 *
 * Q1. A call that may have done its work is not made again, unless its tool is idempotent; then once.
 * Q2. What a server asks belongs to the newest call under way; with none it is declined.
 * Q3. The time a user is asked is not the server's: the limit of the call stands still.
 */
export class Calls {
  readonly #name: string;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #callMs: number | undefined;
  readonly #open = new Set<OpenCall>();

  constructor(name: string, server: Server, clock: Clock, callMs: number | undefined) {
    this.#name = name;
    this.#server = server;
    this.#clock = clock;
    this.#callMs = callMs;
  }

  /** Rejects with the reason of a stop, or with a plain Error for the model. */
  async make(call: McpCall): Promise<ToolOutput> {
    using limit = timeLimit(call.context.signal, this.#callMs, this.#clock);
    const open = { context: call.context, limit };
    this.#open.add(open);
    try {
      return await this.#made(call, limit.signal, open);
    } catch (error) {
      call.context.signal.throwIfAborted();
      if (!limit.passed) throw error;
      throw new Error(`${this.#name} did not finish ${call.tool} within ${this.#callMs! / 1000} s; it was told to stop.`, { cause: error });
    } finally {
      this.#open.delete(open);
    }
  }

  async #made(call: McpCall, signal: AbortSignal, open: OpenCall): Promise<ToolOutput> {
    let outcome = await this.#once(call, signal);
    if (outcome.is === 'lost' && call.idempotent) outcome = await this.#once(call, signal);
    if (outcome.is === 'refused' && outcome.pages) {
      // The server did nothing yet, and by the protocol is asked again once its pages were visited.
      if (!(await this.#visited(outcome.pages, signal, open))) throw new Error(`${outcome.message}\nThe user did not visit the page.`);
      outcome = await this.#once(call, signal);
    }
    if (outcome.is === 'answered') return toolAnswer(outcome.result);
    const doubt = outcome.is === 'lost' && !call.idempotent ? '\nThe call may have done its work: look before you make it again.' : '';
    throw new Error(`${outcome.message}${doubt}`);
  }

  async #once({ tool, input, context }: McpCall, signal: AbortSignal): Promise<CallOutcome> {
    const connection = await this.#server.want(signal);
    return orAbort(
      connection.call(tool, input, signal, (progress) => context.live(progressLine(progress))),
      signal,
    );
  }

  async #visited(pages: readonly ElicitParams[], signal: AbortSignal, open: OpenCall): Promise<boolean> {
    for (const page of pages) if ((await this.#ask(open, page, signal)).action !== 'accept') return false;
    return pages.length > 0;
  }

  /** What a server asks in the middle of a call. Never rejects. */
  async elicit(params: ElicitParams, signal: AbortSignal): Promise<ElicitReply> {
    const newest = [...this.#open].at(-1);
    return newest ? this.#ask(newest, params, signal) : { action: 'decline' };
  }

  async #ask({ context, limit }: OpenCall, params: ElicitParams, signal: AbortSignal): Promise<ElicitReply> {
    const asked = elicitationOf(params, this.#name);
    if (!asked) return { action: 'decline' };
    const resume = limit.pause();
    try {
      return elicitReply(asked.mode, await orAbort(context.elicit(asked), signal));
    } catch {
      return { action: 'cancel' };
    } finally {
      resume();
    }
  }
}
