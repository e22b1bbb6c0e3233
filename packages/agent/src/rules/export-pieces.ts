import type { Answer, Attachment, Block, EventRow, RunEvent, ToolCall } from './events.ts';
import { agentOfStep, callOfStep, keyOf } from './tree.ts';

/** A session as it reads: what was said, answered, called and came of it, children within the call that began them. */
export type Piece =
  | { readonly is: 'said'; readonly by: 'user' | 'holdfast' | 'task'; readonly text: string; readonly files: readonly Attachment[] }
  | {
      readonly is: 'reply';
      readonly agent: string;
      readonly model: string;
      readonly blocks: readonly Exclude<Block, { type: 'tool-call' }>[];
    }
  | CallPiece
  | { readonly is: 'child'; readonly agent: string; readonly pieces: readonly Piece[] }
  | { readonly is: 'summary'; readonly text: string }
  | { readonly is: 'note'; readonly text: string };

export interface CallPiece {
  readonly is: 'call';
  readonly call: ToolCall;
  /** What ran, where a hook rewrote the arguments. */
  readonly ran?: string;
  readonly asked: readonly { readonly id: string; readonly reason: string; readonly answer?: Answer }[];
  readonly result?: RunEvent & { readonly type: 'tool-result' };
  readonly child?: { readonly agent: string; readonly pieces: readonly Piece[] };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenCall = Omit<Mutable<CallPiece>, 'asked'> & { asked: { readonly id: string; readonly reason: string; answer?: Answer }[] };

interface Branch {
  readonly agent: string;
  readonly pieces: Piece[];
  readonly calls: Map<string, OpenCall>;
  speaker: string;
}

/** Y1 holds here too: a row adds to its own path. */
export function piecesOf(rows: readonly EventRow[], agent: string): readonly Piece[] {
  const branches = new Map<string, Branch>([['', branchOf(agent)]]);
  for (const { path, event } of rows) add(at(branches, path), event);
  return branches.get('')!.pieces;
}

const branchOf = (agent: string): Branch => ({ agent, pieces: [], calls: new Map(), speaker: agent });

function at(branches: Map<string, Branch>, path: readonly string[]): Branch {
  const known = branches.get(keyOf(path));
  if (known) return known;
  const step = path.at(-1) ?? '';
  const own = branchOf(agentOfStep(step) || step);
  branches.set(keyOf(path), own);
  const parent = at(branches, path.slice(0, -1));
  const call = parent.calls.get(callOfStep(step));
  if (call && !call.child) call.child = own;
  else parent.pieces.push({ is: 'child', agent: own.agent, pieces: own.pieces });
  return own;
}

function add(own: Branch, event: RunEvent): void {
  const { pieces, calls } = own;
  switch (event.type) {
    case 'run-start':
      own.speaker = own.speaker || event.agent;
      return;
    case 'input':
      return void pieces.push({
        is: 'said',
        by: event.system ? 'task' : event.hidden ? 'holdfast' : 'user',
        text: event.text,
        files: event.files ?? [],
      });
    case 'model-reply':
      return reply(own, event);
    case 'question':
      if (event.about === 'limit') return void pieces.push({ is: 'note', text: `asked: ${event.reason}` });
      return void calls.get(event.call.id)?.asked.push({ id: event.id, reason: event.reason });
    case 'answer': {
      const { type: _, id, item: __, ...answer } = event;
      const asked = [...calls.values()].flatMap((call) => call.asked).findLast((one) => one.id === id);
      if (asked) asked.answer = answer;
      return;
    }
    case 'tool-start':
      if (event.input !== undefined && calls.has(event.id)) calls.get(event.id)!.ran = event.input;
      return;
    case 'tool-result':
      if (calls.has(event.id)) calls.get(event.id)!.result = event;
      return;
    case 'agent-switch':
      own.speaker = event.to;
      return void pieces.push({ is: 'note', text: `${event.to} goes on, after ${event.from}` });
    case 'compaction':
      return void pieces.push({ is: 'summary', text: event.summary });
    default: {
      const text = noteOf(event);
      if (text !== undefined) pieces.push({ is: 'note', text });
    }
  }
}

function reply(own: Branch, { blocks, agent, origin, finish }: RunEvent & { readonly type: 'model-reply' }): void {
  const said = blocks.filter((block) => block.type !== 'tool-call' && (block.type === 'file' || block.text.trim() !== ''));
  if (said.length > 0) own.pieces.push({ is: 'reply', agent: agent ?? own.speaker, model: origin.ref, blocks: said as never });
  for (const block of blocks) {
    if (block.type !== 'tool-call') continue;
    const piece: OpenCall = { is: 'call', call: { id: block.id, name: block.name, input: block.input }, asked: [] };
    own.calls.set(block.id, piece);
    own.pieces.push(piece);
  }
  if (finish !== 'stop' && finish !== 'tool-calls') own.pieces.push({ is: 'note', text: `the answer ended with: ${finish}` });
}

function noteOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'attempt-withdrawn':
      return `${event.target}: ${event.message}; what it said was withdrawn`;
    case 'model-failed':
      return `a model call failed: ${event.failure.message}`;
    case 'notice':
    case 'loop-warning':
      return event.text;
    case 'limit-raised':
      return `the limit of ${event.limit} was raised to ${event.to}`;
    case 'run-end':
      return event.why === 'done' ? undefined : `the run ended: ${event.failure?.message ?? event.why}`;
    default:
      return undefined;
  }
}
