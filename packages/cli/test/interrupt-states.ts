/** Every state in which a run can be stopped, for the tests of interrupts and for the bench that measures them. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gate, type Facts, type Gate, type LabAnswer, type OutageRule, type Script } from '@holdfast/lab';
import type { Place, Running } from './command.ts';

export interface State {
  readonly name: string;
  /** What the model says first; the second request gets `Done.` */
  readonly first?: LabAnswer;
  readonly outage?: readonly OutageRule[];
  /** The run stands where it is to be stopped. */
  readonly reached: (place: Place, running: Running, held: Gate) => Promise<unknown>;
  readonly held?: Gate['at'];
}

export const shell = (cmd: string): LabAnswer => ({ toolCalls: [{ name: 'shell', args: { cmd } }] });
/** Opens once the command of the tool has opened its end. */
const toolRuns = (place: Place) => readFile(join(place.work, 'up'));

export const STATES: readonly State[] = [
  {
    name: 'waiting for the head of an answer',
    held: 'head',
    first: { text: 'First.' },
    reached: (_place, _running, { reached }) => reached,
  },
  { name: 'in mid-answer', held: 3, first: { text: 'First of many words.' }, reached: (_place, _running, { reached }) => reached },
  {
    name: 'in a pause',
    outage: [{ target: '*', fault: { do: 'status', reason: 'rate-limit', retryAfter: 20 }, times: 1 }],
    reached: (_place, running) => running.says(/waiting|trying again in/),
  },
  { name: 'while a tool runs', first: shell('echo up > up; sleep 60'), reached: toolRuns },
  {
    name: 'while a tool runs that heeds no signal',
    first: shell("trap '' TERM INT HUP; echo up > up; sleep 60 & wait; wait; wait"),
    reached: toolRuns,
  },
];

/** Starts a run and answers when it stands in that state. */
export async function reach(place: Place, state: State): Promise<{ readonly running: Running; readonly file: string }> {
  execFileSync('mkfifo', [join(place.work, 'up')]);
  const held = gate(state.held ?? 'head');
  const script: Script<LabAnswer, Facts> = ({ nth }) =>
    nth === 1 && state.first ? { ...state.first, ...(state.held !== undefined && { gate: held }) } : { text: 'Done.' };
  const lab = await place.lab({ name: 'east', script, outage: { rules: state.outage ?? [] } });
  const file = place.agent({ providers: [lab], more: 'permissions:\n  allow: [shell]\n' });
  const running = place.start(['run', file, 'Go']);
  await state.reached(place, running, held);
  return { running, file };
}
