/** What is asked and what is answered: both sides know it from the number alone, so that no two answers are alike and none can be taken for another. */
import { secondTarget, texts, type Answer, type Facts, type TextName } from '@holdfast/lab';

/** `laughter` repeats itself: a repetition in it could not be told. */
const NAMES = (Object.keys(texts) as TextName[]).filter((name) => name !== 'laughter');

export interface Story {
  readonly number: number;
  readonly name: TextName;
  /** A tool is to be called, nothing is to be said. */
  readonly tool: boolean;
}

export const storyOf = (number: number, chance: number): Story => ({
  number,
  name: NAMES[number % NAMES.length]!,
  tool: chance < 0.15,
});

export const promptOf = ({ number, name, tool }: Story): string => `${tool ? 'Fetch' : 'Tell'} story ${number} of ${name}.`;

export const textOf = ({ number, name }: Omit<Story, 'tool'>): string => `Story ${number}.\n\n${texts[name]}\n\nThat was story ${number}.`;

export const TOOL = 'fetch_story';

const ASKED = /(Tell|Fetch) story (\d+) of (\w+)\./;

/** The script of every provider. What was cut elsewhere it finishes as it is asked to: by its anchor. */
export function tell(facts: Facts): Answer {
  const asked = facts.turns.map(({ text }) => ASKED.exec(text)).find((match) => match !== null);
  if (!asked) return { text: 'Nothing was asked.' };
  const [, verb, number, name] = asked;
  if (verb === 'Fetch') return { toolCalls: [{ name: TOOL, args: { number: Number(number) } }] };
  return secondTarget(textOf({ number: Number(number), name: name as TextName }), 'repeats-anchor')(facts);
}
