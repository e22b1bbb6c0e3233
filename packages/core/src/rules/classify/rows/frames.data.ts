import type { Row } from '../row.ts';

/** A frame that does not parse, or parses to what is no frame: a break at that point (field note 39). */
export const FRAMES: readonly Row[] = [
  { id: 'frame/json', code: ['ai_jsonparseerror'], status: [0], when: 'silent', kind: 'truncated' },
  { id: 'frame/type', code: ['ai_typevalidationerror'], status: [0], when: 'silent', kind: 'truncated' },
  { id: 'frame/syntax', code: ['syntaxerror'], status: [0], when: 'silent', kind: 'truncated' },
  { id: 'frame/too-long', code: ['frametoolongerror'], status: [0], when: 'silent', kind: 'truncated' },
];
