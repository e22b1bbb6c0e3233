import { workingFolder } from '../io/folders.ts';
import type { Talk } from './ground.ts';

/** Where files that are named in a message are looked for: where the tools work. */
export const folderOf = ({ context, options }: Pick<Talk, 'context' | 'options'>): string => workingFolder(context.cwd, options.workingDir);
