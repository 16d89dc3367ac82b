/** Prints the digest of a replay: `node digest-process.js RECORDING SEED`. */
import { replayDigest } from '../../support/replay/trader.ts';

const [path = '', seed = ''] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await replayDigest(path, Number(seed))));
