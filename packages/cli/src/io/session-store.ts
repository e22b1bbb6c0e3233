import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  forgetOutputs,
  openSqliteSessions,
  writerIdentity,
  type Identity,
  type RetentionSpec,
  type SessionStore,
} from '@holdfast/agent/engine';
import { processIdentity } from '@holdfast/core/engine';

/** This process as a writer: the same identity under which it holds probe leases. */
export const identity = (): Identity => writerIdentity(processIdentity());

/** `retention`: what is deleted of what is old, once a day, beside what the store is opened for. */
export const sessionStore = (folder: string, retention?: RetentionSpec): Promise<SessionStore> =>
  openSqliteSessions({
    folder,
    alive: identity().alive,
    deleted: (session) => forgetOutputs(outputsFolder(folder), session),
    ...(retention && { retention }),
  });

/** Where the whole of outputs is kept that are too long for a model. */
export const outputsFolder = (state: string): string => join(state, 'outputs');

/** How sessions know their file: its real path, so that one file is one file from wherever it is named. */
export const realFile = (path: string): Promise<string> => realpath(path).catch(() => path);
