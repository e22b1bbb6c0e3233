/** What the demo's models say, and what goes wrong with them. The answers are written down; the requests, tools and files are real. */
import { byTurn, once, type LabAnswer, type Outage } from '@holdfast/lab';

export const QUESTION = 'Which of these things kept working when a part of it failed, and what kept it going?';

export const ANSWER = `Three of the five, each in its own way.

1. Apollo 11's computer (apollo-1202.md) ran out of room minutes before the landing. It restarted from recorded points and took up only what mattered: the order of importance had been written down long before.
2. The cable of 1865 (atlantic-cable.md) broke in mid-ocean. A year later the lost end was found, tested and spliced: what had broken was finished, not begun again.
3. Qantas 32 (qantas-32.md) lost an engine and some 650 wires. The crew stopped asking what had failed and asked what still worked.

The kelp and the watch are built so that it need not come to that: many fingers hold where one would do (kelp.md), and a second spring drives while the first is wound (harrison-h4.md).`;

/** Slow enough to be watched. */
const PACE = { delayMs: 16 };

const steps: readonly LabAnswer[] = [
  {
    ...PACE,
    text: 'I will see what is there, and where anything failed.',
    toolCalls: [
      { name: 'list_directory', args: { path: '.' } },
      { name: 'search_files_content', args: { path: '.', query: 'broke|burst|alarm|lost', is_regex: true } },
    ],
  },
  {
    ...PACE,
    text: 'Three of them sound right. I will read all five to be sure.',
    toolCalls: [
      {
        name: 'read_multiple_files',
        args: { paths: ['apollo-1202.md', 'atlantic-cable.md', 'qantas-32.md', 'kelp.md', 'harrison-h4.md'] },
      },
    ],
  },
  { ...PACE, text: ANSWER },
];

/** Whoever is asked goes on from where the conversation stands. */
export const script = byTurn<LabAnswer>(steps);

/** Harbour's first two answers are whole; the third request is turned away, the fourth answer breaks off. (The bad key is no part of this: its server refuses it.) */
export const outage: Outage = {
  rules: [
    { ...once('harbour', { do: 'status', status: 529, reason: 'overload' }), from: 3 },
    { ...once('harbour', { do: 'cut', afterFrames: 60 }), from: 4 },
  ],
};
