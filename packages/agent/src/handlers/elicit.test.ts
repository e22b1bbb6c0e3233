import { describe, expect, it } from 'vitest';
import type { Inbox } from '../inbox.ts';
import type { RunEvent } from '../rules/events.ts';
import { elicitor } from './elicit.ts';

const form = (message: string) => ({ mode: 'form', message }) as const;

describe('a tool that asks often', () => {
  it('the answer to the eleventh question is not that to the second, though both are asked in the same words', async () => {
    const asked: RunEvent[] = [];
    const ports = {
      path: [],
      attended: true,
      redact: <T>(data: T) => data,
      record: async (events: readonly RunEvent[]) => void asked.push(...events),
      inbox: { answerTo: async (question: string) => ({ decision: 'allow', content: { for: question }, item: 'i' }) } as unknown as Inbox,
    };
    const before = [{ question: 'elicitation:c:10', asked: JSON.stringify(form('more?')), answer: { decision: 'deny' } as const }];
    const elicit = elicitor(ports, { id: 'c', name: 'x', input: '' }, before, new AbortController());
    const answers = [];
    for (let n = 0; n <= 10; n++) answers.push(await elicit(form('more?')));
    expect(answers[1]).toEqual({ action: 'accept', content: { for: 'elicitation:c:1' } });
    expect(answers[10]).toEqual({ action: 'decline' });
    expect(asked.filter(({ type }) => type === 'question')).toHaveLength(10);
  });
});
