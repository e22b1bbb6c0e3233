import type { Answer, Pending } from '@holdfast/agent/engine';
import { speakerOf } from './row-words.ts';
import { wholeCall } from './tool-words.ts';
import { tame, tameLine } from './width.ts';
import { wrapped } from './wrap.ts';

/** A question on a terminal: what stands above, and what the cursor waits behind. */
export interface Asked {
  readonly above: string;
  readonly prompt: string;
}

/** An answer, or why this is none: the question stands. Without words: it is just asked again. */
export type Read = { readonly answer: Answer } | { readonly again: string };

const answer = (decision: Answer['decision'], more: Omit<Answer, 'decision'> = {}): Read => ({ answer: { decision, ...more } });

const who = ({ path }: Pick<Pending, 'path'>): string => (path.length === 0 ? '' : `${tameLine(speakerOf(path))}: `);

/** `rule`: what "like this" would allow, where a rule can. */
export function askedOf(question: Pending, columns: number | undefined, rule?: string): Asked {
  const wrap = (text: string): string => wrapped(text, columns);
  const reason = wrap(`  ${tameLine(question.reason)}`);
  switch (question.about) {
    case 'approval': {
      const like = rule === undefined ? '' : wrap(`  [p] always what is like it: ${tameLine(rule)}`);
      const choices = wrap(`  [y]es  [n]o  [a]lways ${tameLine(question.call.name)}  [e]verything in this session`);
      const head = `? ${who(question)}${tame(wholeCall(question.call))}`;
      return { above: [head, reason, choices, ...(like === '' ? [] : [like])].join('\n'), prompt: '  or say why not: ' };
    }
    case 'may-have-run':
      return { above: `? ${who(question)}${tame(wholeCall(question.call))}\n${reason}`, prompt: '  Run it again? [y]es, [n]o: ' };
    case 'limit': {
      const more = question.limit === 'iterations' ? '10 more' : 'as much again';
      return { above: wrap(`? ${who(question)}${tameLine(question.reason)}`), prompt: `  [y]es, ${more}  [n]o: ` };
    }
    default: {
      const { title, message, url, from } = question.elicitation;
      const name = from ?? question.call.name;
      const lines = [`? ${who(question)}${tameLine(name)} asks${title === undefined ? '' : ` (${tameLine(title)})`}: ${tame(message)}`];
      const visit = url === undefined ? [] : [`  ${tameLine(url)}`];
      return {
        above: [...lines.map(wrap), ...visit].join('\n'),
        prompt: url === undefined ? '  [y]es, [n]o: ' : '  Visit it, then [y]es; or [n]o: ',
      };
    }
  }
}

/** What was typed to a question; undefined: the input has ended, which is a no. */
export function readAnswer(question: Pending, typed: string | undefined, rule?: string): Read {
  const line = typed?.trim();
  const word = line?.toLowerCase();
  if (line === undefined || word === 'n' || word === 'no') return answer('deny');
  if (word === 'y' || word === 'yes') return answer('allow');
  if (question.about !== 'approval') return { again: line === '' ? '' : 'yes or no' };
  if (word === 'a' || word === 'always') return answer('allow-tool');
  if (word === 'e' || word === 'everything') return answer('allow-session');
  if ((word === 'p' || word === 'pattern') && rule !== undefined) return answer('allow-tool', { rule });
  if (line === '') return { again: '' };
  // A slip of the finger is no reason.
  return line.length === 1 ? { again: `"${line}" is none of the letters` } : answer('deny', { reason: line });
}
