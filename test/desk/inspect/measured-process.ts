/**
 * Measures itself and prints what came of it. A process of its own, because a profile takes V8's
 * profiler away from whoever measures coverage.
 */
import { statSync } from 'node:fs';
import inspector from 'node:inspector';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';
import { processFigures } from '../../../src/desk/inspect/process-figures.ts';

const env = { clock: nodeClock, timers: nodeTimers, files: nodeFiles };
const figures = processFigures(env, process.argv[2] as string);
const nowhere = processFigures(env, '/nowhere/at/all');

const [first, second] = await Promise.all([figures.cpuProfile(50), figures.cpuProfile(50)]);
const lost = [await nowhere.cpuProfile(1), await nowhere.cpuProfile(1)];
const third = await figures.cpuProfile(1);
const snapshot = figures.heapSnapshot();
const noSnapshot = nowhere.heapSnapshot();
const modes = [first, snapshot].map((made) => (made.ok ? statSync(made.value).mode & 0o777 : -1));
const url = inspector.url() ?? null;
const outcome = { first, second, lost, third, snapshot, noSnapshot, modes, url };
process.stdout.write(JSON.stringify(outcome));
