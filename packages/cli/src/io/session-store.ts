import { realpath } from 'node:fs/promises';
import { openSqliteSessions, writerIdentity, type Identity, type SessionStore } from '@holdfast/agent/engine';
import { processIdentity } from '@holdfast/core/engine';

/** This process as a writer: the same identity under which it holds probe leases. */
export const identity = (): Identity => writerIdentity(processIdentity());

export const sessionStore = (folder: string): Promise<SessionStore> => openSqliteSessions({ folder, alive: identity().alive });

/** How sessions know their file: its real path, so that one file is one file from wherever it is named. */
export const realFile = (path: string): Promise<string> => realpath(path).catch(() => path);
