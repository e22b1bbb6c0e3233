import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { sessionStoreContract } from '../src/testing.ts';

const root = mkdtempSync(join(tmpdir(), 'holdfast-sessions-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let n = 0;

describe('session store contract: memory', () => {
  for (const { name, run } of sessionStoreContract(async (alive) => memorySessions(alive))) it(name, run);
});

describe('session store contract: SQLite', () => {
  for (const { name, run } of sessionStoreContract((alive) => openSqliteSessions({ folder: join(root, String(++n)), alive })))
    it(name, run);
});
