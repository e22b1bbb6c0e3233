import type { RunScope } from './agent-rules.ts';
import type { Answer, RunEvent, SessionRules } from './events.ts';
import { answered } from './loop-end.ts';
import { hook, switched } from './loop-hooks.ts';
import { ask } from './teller.ts';
import type { InboxItem, Loop } from './world.ts';

/** What was heard between two steps. */
export interface Heard {
  readonly now: number;
  /** What the children of this run have spent. */
  readonly below: { readonly tokens: number; readonly usd: number };
  /** Summaries asked for by hand. */
  readonly compact: readonly InboxItem[];
  /** A hook refused what was said, all of it. */
  readonly refused: boolean;
}

const WAITS: ReadonlySet<InboxItem['kind']> = new Set(['answer', 'compact', 'follow-up']);

/**
 * Takes what was said to the session.
 * N1. Steering is taken at once and all of it; a follow-up waits for the end of a turn and has one of its own.
 * N2. Each item is consumed by exactly one event that names it; answers wait for their question.
 * N3. What a hook blocks is consumed, and said.
 */
export function* takeInbox(run: RunScope): Loop<Heard> {
  const { teller } = run;
  const { consumed } = teller.state();
  const { items, late = [], now, below } = yield* ask({ do: 'inbox' });
  const fresh = items.filter(({ id }) => !consumed.has(id));
  for (const item of late)
    if (!consumed.has(item.id))
      teller.tell({ type: 'notice', text: `an answer came when its question was over (${questionOf(item)})`, item: item.id });
  const said = fresh.filter(({ kind }) => kind === 'prompt' || kind === 'steer');
  for (const item of fresh) if (!WAITS.has(item.kind) && !said.includes(item)) yield* take(run, item);
  const heard = yield* hear(run, said);
  const next = fresh.find(({ kind }) => kind === 'follow-up');
  if (next && answered(teller.state())) yield* hear(run, [next]);
  return { now, below, compact: fresh.filter(({ kind }) => kind === 'compact'), refused: said.length > 0 && heard === 0 };
}

function* take(run: RunScope, item: InboxItem): Loop<void> {
  const { teller, options } = run;
  const { agent } = teller.state();
  if (item.kind === 'agent') {
    if (options.absent?.(item.text) !== undefined)
      return void teller.tell({ type: 'notice', text: `there is no agent "${item.text}" here; ${agent} goes on`, item: item.id });
    yield* switched(run, agent, item.text, 'user');
  }
  teller.tell(settingOf(item, agent));
}

/** Answers how many the model is told of. */
function* hear(run: RunScope, items: readonly InboxItem[]): Loop<number> {
  let heard = 0;
  for (const [at, item] of items.entries()) {
    const outcome = yield* hook(run, HOOK_OF[item.kind] ?? 'user_prompt_submit', {
      prompt: item.text,
      ...(item.kind === 'steer' && { steering_messages: [item.text] }),
    });
    if (!outcome.allowed) {
      run.teller.tell({ type: 'notice', text: `a hook refused what was said: ${outcome.message ?? 'no reason given'}`, item: item.id });
      continue;
    }
    // Several at once would run together in a chat template.
    run.teller.tell(inputOf(item, at < items.length - 1));
    if (outcome.context) run.teller.tell({ type: 'input', text: outcome.context, hidden: true });
    heard += 1;
  }
  return heard;
}

const HOOK_OF: Partial<Record<InboxItem['kind'], 'user_prompt_submit' | 'user_steering_messages_submit' | 'user_followup_submit'>> = {
  prompt: 'user_prompt_submit',
  steer: 'user_steering_messages_submit',
  'follow-up': 'user_followup_submit',
};

const inputOf = ({ id, text, files }: InboxItem, more: boolean): RunEvent => ({
  type: 'input',
  text: more && !text.endsWith('\n') ? `${text}\n` : text,
  item: id,
  ...(files && files.length > 0 && { files }),
});

/** Items are written by us and checked at the door; one that cannot be read is said, and no run stops for it. */
function settingOf({ id, kind, text }: InboxItem, agent: string): RunEvent {
  try {
    if (kind === 'agent') return { type: 'agent-switch', from: agent, to: text, how: 'user', item: id };
    if (kind === 'permissions') return { type: 'permissions', rules: rulesIn(text), item: id };
    const choice = JSON.parse(text) as { readonly agent?: string; readonly ref?: string };
    return {
      type: 'model-choice',
      agent: choice.agent ?? agent,
      ...(choice.ref !== undefined && { ref: choice.ref }),
      lasts: 'session',
      item: id,
    };
  } catch (error) {
    return { type: 'notice', text: `a message to this session could not be read (${kind}): ${String(error)}`, item: id };
  }
}

/** The rules an inbox item holds. Throws what is wrong with them. */
export function rulesIn(text: string): SessionRules {
  const rules = JSON.parse(text) as Record<string, unknown> | null;
  const lists = (value: unknown): boolean =>
    value === undefined || (Array.isArray(value) && value.every((rule) => typeof rule === 'string'));
  if (typeof rules !== 'object' || rules === null || ![rules['allow'], rules['ask'], rules['deny']].every(lists))
    throw new Error('rules are {"allow": […], "ask": […], "deny": […]}, each a list of patterns');
  return rules;
}

/** The answer an inbox item holds; undefined when it is for another question. */
export function answerIn(item: InboxItem, question: string): (Answer & { readonly item: string }) | undefined {
  const { question: asked, ...answer } = read(item) ?? {};
  return asked === question ? ({ ...answer, item: item.id } as Answer & { readonly item: string }) : undefined;
}

/** Which question an inbox item answers. */
export const questionOf = (item: InboxItem): string | undefined => read(item)?.question;

function read({ kind, text }: InboxItem): ({ readonly question: string } & Answer) | undefined {
  if (kind !== 'answer') return undefined;
  try {
    return JSON.parse(text) as { readonly question: string } & Answer;
  } catch {
    return undefined;
  }
}
