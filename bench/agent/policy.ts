/** The rules about tools as they stand when nothing is configured. Read from their file: what stands beside them in the package reads whole agent files. */
import type { Permit } from '@holdfast/agent';
import { permissionPatterns, permit } from '../../packages/agent/src/rules/permit.ts';

const POLICY = { rules: permissionPatterns({}), yolo: false, readOnlyMode: false, cwd: '/bench' };

export const permitted: Permit = (ask) => permit(ask, POLICY);
