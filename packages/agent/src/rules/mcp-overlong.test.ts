import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answeredBy, ENDS_KEPT } from './mcp-overlong.ts';

describe('a message too long to keep', () => {
  it('is known by its id, on whichever side that stands', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ minLength: 300, maxLength: 2000 }), fc.nat(3), (id, text, order) => {
        const result = { content: [{ type: 'text', text }] };
        const message = [
          { jsonrpc: '2.0', id, result },
          { id, jsonrpc: '2.0', result },
          { result, jsonrpc: '2.0', id },
          { jsonrpc: '2.0', result, id },
        ][order];
        const line = JSON.stringify(message);
        expect(answeredBy(line.slice(0, ENDS_KEPT), line.slice(-ENDS_KEPT))).toBe(id);
      }),
    );
  });

  it.each([
    ['{"jsonrpc":"2.0","method":"notifications/message","params":{"id":7,', ' …"}}'],
    ['aaaa', 'aaaa'],
    ['{"method":"elicitation/create","params":{"message":"', '"},"jsonrpc":"2.0","id":0}'],
    ['{"jsonrpc":"2.0","id":0,"method":"elicitation/create","params":{', '"}}'],
    ['{"jsonrpc":"2.0","id":"seven","result":', '}}'],
  ])('is nobody’s when it has none of ours: %s', (head, tail) => {
    expect(answeredBy(head, tail)).toBeUndefined();
  });
});
