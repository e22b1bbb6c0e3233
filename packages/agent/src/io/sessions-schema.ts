/** Hundreds are the major: a newer one is refused, a newer minor only adds. */
const SCHEMA = 101;

/** The first minor. A new database begins with it and takes every step there is. */
const TABLES = `
CREATE TABLE session (id TEXT PRIMARY KEY, file TEXT NOT NULL, agent TEXT NOT NULL, cwd TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX session_file ON session (file);
CREATE TABLE event (
  session TEXT NOT NULL, seq INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL, path TEXT NOT NULL,
  attempt TEXT, type TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (session, seq)
) STRICT;
CREATE TABLE inbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE (session, id)
) STRICT;
CREATE TABLE writer (session TEXT PRIMARY KEY, pid INTEGER NOT NULL, started TEXT NOT NULL, boot TEXT NOT NULL) STRICT;
PRAGMA user_version = 100;
`;

/**
 * From one minor to the next, in one transaction each. Steps only add what a process of an older minor, which may have the file open,
 * leaves alone: columns with a default, indexes, tables. They are never edited.
 */
const STEPS: Readonly<Record<number, string>> = {
  100: `
ALTER TABLE session ADD COLUMN title TEXT;
ALTER TABLE session ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN parent TEXT;
ALTER TABLE inbox ADD COLUMN files TEXT;
CREATE INDEX event_mark ON event (session, seq) WHERE path = '[]' AND type IN ('run-start', 'run-end');
CREATE TABLE chore (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
PRAGMA user_version = 101;
`,
};

const OURS = ['session', 'event', 'inbox', 'writer'];

/** Whether these tables may be a database of sessions. None at all: a new one. */
export const isOurs = (tables: ReadonlySet<string>): boolean => tables.size === 0 || OURS.every((name) => tables.has(name));

/** Written by a version whose changes this one cannot know. */
export const isNewer = (found: number): boolean => Math.floor(found / 100) > Math.floor(SCHEMA / 100);

/** What takes a database one step on; undefined when it is up to date, or ahead. */
export const nextStep = (found: number): string | undefined => (found === 0 ? TABLES : STEPS[found]);
