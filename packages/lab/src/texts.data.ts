/**
 * Answers that are hard to break and join: tables, code, repetition, emoji joined by ZWJ, Chinese. Each is long enough to be cut in the
 * middle of what makes it hard.
 */
export const texts = {
  plain: [
    'The outage began at noon, when the first region stopped answering. Requests that were already under way broke in the middle of a sentence, and those that came later were refused at once.',
    'Nobody noticed for eleven minutes. The second region took over, slower but steady, and every answer that had been cut was finished there, word for word.',
    'By one the first region was back. It was given a single request to prove itself, then a few, then its share.',
  ].join('\n\n'),
  table: [
    'Here is what was measured:',
    '',
    '| fault            | seen | finished | share |',
    '|------------------|-----:|---------:|------:|',
    '| overloaded       |   12 |       12 | 100 % |',
    '| cut in mid-word  |    7 |        7 | 100 % |',
    '| silence          |    3 |        2 |  67 % |',
    '| refused          |   12 |       12 | 100 % |',
    '',
    'The row *silence* is the one to look at: `2 of 3`, since the third caller hung up first.',
  ].join('\n'),
  code: [
    'The loop that does it:',
    '',
    '```ts',
    'for (const target of targets) {',
    '  const answer = await ask(target);',
    '  if (answer.ok) {',
    '    return answer;',
    '  }',
    '',
    '  report(target, answer.failure);',
    '}',
    'throw new Error("nobody answered");',
    '```',
    '',
    'It ends with the first answer, or with an error that names them all.',
  ].join('\n'),
  laughter:
    'Then the whole room laughed: ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha ha, and again: ha ha ha ha ha ha ha ha. When it was quiet, she said: ha ha ha, very funny.',
  emoji:
    'The family 👨‍👩‍👧‍👦 met the pilot 👩🏽‍✈️ and the cook 🧑🏿‍🍳 under the flag 🏳️‍🌈; everyone waved 👋🏻, e\u0301 is one letter, and so the day ended well 👍🏾.',
  chinese:
    '故障从中午开始。第一个区域停止响应,正在进行的请求在句子中间断开,后来的请求立即被拒绝。十一分钟里没有人发现。第二个区域接手,虽然慢一些,但是稳定;每一个被切断的回答都在那里逐字完成。一点钟,第一个区域恢复了。',
  list: [
    'Three things to remember:',
    '',
    '1. A cut answer is finished, never repeated.',
    '   - The reader sees one text.',
    '   - The joint cannot be found.',
    '2. A refused call costs nothing.',
    '3. A silent one costs its time.',
  ].join('\n'),
} as const;

export type TextName = keyof typeof texts;
