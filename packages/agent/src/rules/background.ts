import type { RunState } from './run-state.ts';
import { BACKGROUND_TEXT } from './team.ts';

export type TaskStatus = 'running' | 'completed' | 'stopped' | 'failed';

interface TaskView {
  readonly id: string;
  readonly state: RunState;
  readonly status: TaskStatus;
}

/** A child that is not running and has no end was cut off with its process. */
export function statusOf({ ended }: RunState, running: boolean): TaskStatus {
  if (running) return 'running';
  if (!ended || ended.why === 'stopped') return 'stopped';
  return ended.why === 'done' ? 'completed' : 'failed';
}

export function describeTask({ id, state, status }: TaskView): string {
  const why = status === 'failed' && state.ended?.failure ? ` (${state.ended.failure.message})` : '';
  return `${id}: ${state.agent}, ${status}${why}; task: ${firstLine(state.task?.task ?? '')}`;
}

/** All it said, or its last answer once it is over. */
export function textSoFar({ state, status }: TaskView): string {
  const said = state.transcript
    .flatMap((message) => (message.role === 'assistant' ? message.blocks.map((block) => (block.type === 'text' ? block.text : '')) : []))
    .filter((text) => text.trim() !== '');
  const text = status === 'completed' ? (said.at(-1) ?? '') : said.join('\n\n');
  if (text === '') return status === 'running' ? '(no output yet)' : '(it finished without a word)';
  return text.length <= BACKGROUND_TEXT ? text : `${text.slice(0, BACKGROUND_TEXT)}\n[… the rest was cut]`;
}

const firstLine = (text: string): string => {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
};
