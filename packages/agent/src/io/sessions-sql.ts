import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Every statement of the session store that does not depend on what is asked. */
const SQL = {
  create: 'INSERT INTO session (id, file, agent, cwd, created, title, parent) VALUES (?, ?, ?, ?, ?, ?, ?)',
  exists: 'SELECT 1 FROM session WHERE id = ?',
  // Nothing is added to a session that was deleted in the meantime: no half rows.
  insert:
    'INSERT INTO event (session, seq, version, at, run, path, attempt, type, body) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM session WHERE id = ?1)',
  last: 'SELECT max(seq) AS seq FROM event WHERE session = ?',
  rows: 'SELECT seq, version, at, run, path, attempt, body FROM event WHERE session = ? AND seq > ? ORDER BY seq',
  some: 'SELECT body FROM event WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq',
  enqueue: 'INSERT INTO inbox (session, id, kind, text, at, files) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  waits: "SELECT count(*) AS crowd, coalesce(sum(id = ?2), 0) AS known FROM inbox WHERE session = ?1 AND kind <> 'answer'",
  inbox: 'SELECT id, kind, text, files FROM inbox WHERE session = ? ORDER BY n',
  consume: 'DELETE FROM inbox WHERE session = ? AND id = ?',
  writer: 'SELECT pid, started, boot FROM writer WHERE session = ?',
  lock: 'INSERT OR REPLACE INTO writer (session, pid, started, boot) VALUES (?, ?, ?, ?)',
  unlock: 'DELETE FROM writer WHERE session = ? AND pid = ? AND started = ? AND boot = ?',
  name: "UPDATE session SET title = nullif(?2, '') WHERE id = ?1",
  star: 'UPDATE session SET starred = ?2 WHERE id = ?1',
  dropEvents: 'DELETE FROM event WHERE session = ?',
  dropInbox: 'DELETE FROM inbox WHERE session = ?',
  dropWriter: 'DELETE FROM writer WHERE session = ?',
  dropSession: 'DELETE FROM session WHERE id = ?',
  // Rows that a process which knows nothing of deleting wrote to a session that was gone. One look-up for each session, not for each row.
  orphans: `WITH RECURSIVE one (session) AS (SELECT min(session) FROM event UNION ALL
    SELECT (SELECT min(session) FROM event WHERE session > one.session) FROM one WHERE one.session IS NOT NULL)
    SELECT session FROM one WHERE session IS NOT NULL AND session NOT IN (SELECT id FROM session)`,
  waiting: 'SELECT DISTINCT session FROM inbox',
  chore: 'INSERT INTO chore (name, at) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET at = ?2 WHERE at NOT BETWEEN ?2 - ?3 AND ?2',
  top: 'SELECT max(rowid) AS row FROM event',
  version: 'PRAGMA data_version',
  head: headSql('s.id = ?', ''),
  list: headSql('(?1 IS NULL OR s.file = ?1)', 'ORDER BY updated DESC, s.rowid DESC LIMIT ?2'),
} as const;

/** A session's head is read off its first input, its last event, the last mark of its root and its writer; only what it is called is stored. */
function headSql(where: string, tail: string): string {
  return `SELECT s.id, s.file, s.agent, s.cwd, s.created, s.starred, s.parent, s.title AS named,
    coalesce(l.at, s.created) AS updated, coalesce(l.seq, 0) AS events,
    m.version AS markVersion, m.body AS mark, t.version AS firstVersion, t.body AS first, w.pid, w.started, w.boot
    FROM session s
    LEFT JOIN event l ON l.session = s.id AND l.seq = (SELECT max(seq) FROM event WHERE session = s.id)
    LEFT JOIN event m ON m.session = s.id
      AND m.seq = (SELECT max(seq) FROM event WHERE session = s.id AND path = '[]' AND type IN ('run-start', 'run-end'))
    LEFT JOIN event t ON s.title IS NULL AND t.session = s.id
      AND t.seq = (SELECT seq FROM event WHERE session = s.id AND path = '[]' AND type = 'input' ORDER BY seq LIMIT 1)
    LEFT JOIN writer w ON w.session = s.id WHERE ${where} ${tail}`;
}

/** The statements of one connection, each prepared when it is first needed. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #known = new Map<keyof typeof SQL, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  get(name: keyof typeof SQL): StatementSync {
    const known = this.#known.get(name);
    if (known) return known;
    const statement = this.#db.prepare(SQL[name]);
    // A third of the time of opening a long session.
    if (name === 'rows') statement.setReturnArrays(true);
    this.#known.set(name, statement);
    return statement;
  }
}
