/**
 * What risk computes beside the lane, measured against its budgets and its peers.
 *
 *   npm run --silent bench:risk -- [--json] [--check]
 */
import { parseArgs } from 'node:util';
import { report } from '../case.ts';
import { volatilityCases } from './volatility.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
report([...volatilityCases()], values);
