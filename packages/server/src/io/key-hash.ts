import { hash } from 'node:crypto';

/** How a key is kept: a gateway's keys are long and random, so a plain digest tells nobody the key. */
export const keyHash = (key: string): Uint8Array => hash('sha256', key, 'buffer');
