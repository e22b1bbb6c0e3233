/**
 * A process of its own that drives a team, and may be killed, as by `kill -9`, at a chosen moment:
 * `node team-run-worker.ts FOLDER SCENE DIE`. What came of it is printed.
 */
import { driveTeam } from './team-run.ts';

const [folder = '', scene = '', die = '0'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await driveTeam(folder, scene, die === 'summary' ? die : Number(die))));
