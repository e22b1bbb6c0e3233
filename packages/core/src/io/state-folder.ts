import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** A path as people write it: `~` is the home folder, also where no shell has seen it. */
export const stateFolder = (path: string): string => resolve(path.replace(/^~(?=$|[/\\])/, homedir()));

export const isPath = (path: unknown): path is string => typeof path === 'string' && path.trim() !== '';
