/** What the models say to opencode, in each of the conversations it is led into. */
import { texts, type Facts, type Fault, type LabAnswer } from '@holdfast/lab';
import { carriesOn } from '../../packages/server/test/carries-on.ts';

/** A request of opencode, by what it wants. */
export type Stage = 'title' | 'summary' | 'child' | 'call' | 'answer';

export const WINDOW = 20_000;
export const NOTE = 'The word is kelp.\n';

const TITLE = 'What became of the outage';
const SUMMARY = 'So far the note was read, and its word was found. What remains is to tell it, in a sentence or two.';
const CHILD = 'The child has looked everywhere, and what it found in the end is 42.';
const FINAL = 'After all that was said and done, the word of the note is still the same, and it is kelp.';
const READ = 'The note was read to its end. The word in it is kelp, and nothing else is written there.';
const TOLD = 'The sub-agent came back. What it found is 42, and that answers the question.';

export interface Conversation {
  readonly name: string;
  readonly prompt: string;
  /** The request that fails, in the cases in which one does. */
  readonly stage: Stage;
  /** What opencode shows, text by text. */
  readonly texts: readonly string[];
  readonly title?: string;
  /** Requests that it takes, the title's included. */
  readonly requests: number;
  /** opencode tells an overflow as an error and ends with 1, though it compacts, goes on and answers. */
  readonly overflows?: true;
}

export const CONVERSATIONS: readonly Conversation[] = [
  { name: 'plain answer', prompt: 'say it', stage: 'answer', texts: [texts.plain], requests: 2 },
  { name: 'tool call', prompt: 'read it', stage: 'call', texts: [READ], requests: 3 },
  { name: 'answer after a tool', prompt: 'read it', stage: 'answer', texts: [READ], requests: 3 },
  { name: 'title', prompt: 'say it slowly', stage: 'title', texts: [texts.plain], title: TITLE, requests: 2 },
  { name: 'compaction', prompt: 'fill it', stage: 'summary', texts: [SUMMARY, FINAL], requests: 4 },
  { name: 'compaction, too long', prompt: 'overflow it', stage: 'summary', texts: [SUMMARY, FINAL], requests: 5, overflows: true },
  { name: 'sub-agent', prompt: 'delegate it', stage: 'child', texts: [TOLD], requests: 4 },
];

/** The prompt that began the conversation: opencode puts it between quotes. */
const begunBy = ({ turns }: Facts, word: string): boolean => turns.some(({ role, text }) => role === 'user' && text.includes(word));

function stageOf(facts: Facts): Stage {
  const system = facts.turns.find(({ role }) => role === 'system')?.text ?? '';
  if (system.includes('title generator')) return 'title';
  if (system.includes('context summarization agent')) return 'summary';
  if (begunBy(facts, 'child task:')) return 'child';
  const done = facts.turns.some(({ role, text }) => role === 'tool' || text.includes(SUMMARY));
  return done || begunBy(facts, 'say it') ? 'answer' : 'call';
}

function answer(facts: Facts): LabAnswer {
  const last = facts.turns.at(-1)!;
  switch (stageOf(facts)) {
    case 'title':
      return { text: TITLE };
    case 'summary':
      return { text: SUMMARY };
    case 'child':
      return { text: CHILD };
    case 'call':
      return called(facts);
    case 'answer':
      // opencode leaves as soon as it has its answer, and a title that is still on its way is lost.
      if (begunBy(facts, 'slowly')) return { text: texts.plain, delayMs: 150 };
      if (last.role !== 'tool') return { text: begunBy(facts, 'say it') ? texts.plain : FINAL };
      // Nobody can hold it until it is compacted.
      if (begunBy(facts, 'overflow it')) return { fault: { do: 'status', reason: 'overflow' } };
      if (last.text.includes(CHILD)) return { text: TOLD };
      return { text: /The word is kelp/.test(last.text) ? READ : `The tool said: ${last.text}` };
  }
}

function called(facts: Facts): LabAnswer {
  if (begunBy(facts, 'delegate it'))
    return {
      toolCalls: [{ name: 'task', args: { description: 'a look around', prompt: 'child task: find it', subagent_type: 'general' } }],
    };
  const read = { toolCalls: [{ name: 'read', args: { filePath: 'note.txt' } }] };
  return begunBy(facts, 'fill it') ? { ...read, usage: { input: WINDOW - 500, output: 50 } } : read;
}

export const well = carriesOn(answer);

/** Fails whenever it is asked for this. */
export const failing =
  (stage: Stage, fault: Fault): ((facts: Facts) => LabAnswer) =>
  (facts) => ({ ...well(facts), ...(stageOf(facts) === stage && { fault }) });
