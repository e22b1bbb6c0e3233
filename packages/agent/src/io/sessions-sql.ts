/** Every statement of the session store. */
export const SQL = {
  create: 'INSERT INTO session (id, file, agent, cwd, created) VALUES (?, ?, ?, ?, ?)',
  exists: 'SELECT 1 FROM session WHERE id = ?',
  insert: 'INSERT INTO event (session, seq, version, at, run, path, attempt, type, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  last: 'SELECT max(seq) AS seq FROM event WHERE session = ?',
  rows: 'SELECT seq, version, at, run, path, attempt, body FROM event WHERE session = ? AND seq > ? ORDER BY seq',
  some: 'SELECT version, body FROM event WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq',
  enqueue: 'INSERT INTO inbox (session, id, kind, text, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  inbox: 'SELECT id, kind, text FROM inbox WHERE session = ? ORDER BY n',
  consume: 'DELETE FROM inbox WHERE session = ? AND id = ?',
  writer: 'SELECT pid, started, boot FROM writer WHERE session = ?',
  lock: 'INSERT OR REPLACE INTO writer (session, pid, started, boot) VALUES (?, ?, ?, ?)',
  unlock: 'DELETE FROM writer WHERE session = ? AND pid = ? AND started = ? AND boot = ?',
  version: 'PRAGMA data_version',
  head: headSql('s.id = ?', ''),
  list: headSql('(?1 IS NULL OR s.file = ?1)', 'ORDER BY updated DESC, s.rowid DESC LIMIT ?2'),
} as const;

/** A session's head is not stored: it is read off its first input, its last event and its writer. */
function headSql(where: string, tail: string): string {
  return `SELECT s.id, s.file, s.agent, s.cwd, s.created, coalesce(l.at, s.created) AS updated, coalesce(l.seq, 0) AS events,
    l.type, l.version, l.body, t.version AS titleVersion, t.body AS title, w.pid, w.started, w.boot
    FROM session s
    LEFT JOIN event l ON l.session = s.id AND l.seq = (SELECT max(seq) FROM event WHERE session = s.id)
    LEFT JOIN event t ON t.session = s.id AND t.seq = (SELECT seq FROM event WHERE session = s.id AND type = 'input' ORDER BY seq LIMIT 1)
    LEFT JOIN writer w ON w.session = s.id WHERE ${where} ${tail}`;
}
