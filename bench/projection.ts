/**
 * A history of 1,000 messages, begun elsewhere, as another provider accepts it: in one go, with messages that are objects of their own each
 * time (as the AI SDK hands them in), and turn by turn in a conversation that grows (as the run loop hands them in).
 */
import { Projections, wantsOf, type ModelOptions, type ProjectionTarget, type Protocol } from '@holdfast/core/engine';
import { report, type Figure } from './figure.ts';
import { inTurns, median, msOf } from './measure.ts';

type Prompt = ModelOptions['prompt'];
type Message = Prompt[number];

const MESSAGES = 1000;
const SHORT = 100;
const GROWN = 40;

const TARGETS = {
  'Anthropic Messages': ['anthropic-messages', 'claude-opus-5-5'],
  'OpenAI Responses': ['openai-responses', 'gpt-5'],
  'Gemini 3': ['google', 'gemini-3-pro'],
  Mistral: ['openai-chat', 'mistral-large-2512'],
} as const satisfies Record<string, readonly [Protocol, string]>;

const targetOf = ([protocol, model]: readonly [Protocol, string]): ProjectionTarget => ({
  entry: protocol,
  protocol,
  model,
  account: 'a',
  wants: wantsOf({ protocol, model }),
});

const ELSEWHERE = { holdfast: { origin: { entry: 'elsewhere', protocol: 'anthropic-messages', model: 'claude', account: 'b' } } };
const TEXT = 'some words of a turn, no more and no less, '.repeat(8);

/** A question; then turns of a thought, words, two calls and their results. */
function message(nth: number): Message {
  if (nth === 0) return { role: 'system', content: TEXT };
  if (nth % 40 === 1) return { role: 'user', content: [{ type: 'text', text: TEXT }] };
  const step = nth >> 1;
  const ids = [`toolu_${step}_a`, `functions.look:${step}`];
  if (nth % 2 === 1)
    return {
      role: 'tool',
      content: ids.map((toolCallId) => ({ type: 'tool-result', toolCallId, toolName: 'look', output: { type: 'text', value: TEXT } })),
    };
  return {
    role: 'assistant',
    providerOptions: ELSEWHERE,
    content: [
      { type: 'reasoning', text: TEXT, providerOptions: { anthropic: { signature: `signature ${step}` }, ...ELSEWHERE } },
      { type: 'text', text: TEXT, providerOptions: ELSEWHERE },
      ...ids.map((toolCallId) => ({
        type: 'tool-call' as const,
        toolCallId,
        toolName: 'look',
        input: { at: step },
        providerOptions: ELSEWHERE,
      })),
    ],
  };
}

const history = (length: number): Prompt => Array.from({ length }, (_, nth) => message(nth));

const frozen = (prompt: Prompt): Prompt =>
  prompt.map((one) => {
    Object.freeze(one.content);
    return Object.freeze(one);
  });

/** Ms of one more exchange, call and result, after a history of `length`. */
async function oneMore(target: ProjectionTarget, length: number): Promise<number> {
  const whole = frozen(history(length + 2 * GROWN));
  const projections = new Projections();
  projections.project(whole.slice(0, length), target);
  const prompts = Array.from({ length: GROWN }, (_, nth) => whole.slice(0, length + 2 * (nth + 1)));
  return (await msOf(() => prompts.forEach((prompt) => projections.project(prompt, target)))) / GROWN;
}

const figures: Figure[] = [];
for (const [name, target] of Object.entries(TARGETS).map(([one, at]) => [one, targetOf(at)] as const)) {
  const all = await inTurns(
    {
      fresh: () => ((prompt) => msOf(() => new Projections().project(prompt, target)))(history(MESSAGES)),
      turn: () => oneMore(target, MESSAGES),
      early: () => oneMore(target, SHORT),
    },
    { rounds: 40, warm: 10 },
  );
  const [fresh, turn, early] = [median(all.fresh), median(all.turn), median(all.early)];
  figures.push({ what: `projection of ${MESSAGES} messages, ${name}`, value: fresh, unit: 'ms', target: { value: 5, sense: 'at most' } });
  figures.push({
    what: `projection of a turn more, ${name}`,
    value: turn * 1000,
    unit: 'µs',
    beside: `${(early * 1000).toFixed(1)} µs after ${SHORT} messages`,
    target: { value: 250, sense: 'at most' },
  });
}
report(figures);
