import { dirname } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { assert } from '../../core/result.ts';
import { LatencyHistogram } from '../../ops/latency.ts';
import { LimitBook } from '../../risk/breakers/limit-book.ts';
import { defaultBreakerSettings } from '../../risk/breakers/settings.ts';
import { auditHealth } from '../../risk/controls/process.ts';
import { bad, type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

const SYNCS = 64;
/** The journal is synced once in this time, in groups. */
const SYNC_US_WANTED = 10_000;
/** A record that lags by this much closes the gate (C33). */
const SYNC_US_MAX = 1_000_000;
const MIB = 1_048_576;

/** @param config null when it could not be read, which another check says */
export function diskChecks(dataFolder: string, config: Config | null): readonly Check[] {
  return [
    { name: 'disk', examine: (host) => syncFinding(host, dataFolder) },
    { name: 'disk space', examine: (host) => spaceFinding(host, dataFolder, config) },
  ];
}

async function syncFinding(host: Host, dataFolder: string): Promise<Finding> {
  const folder = nearestFolder(host, dataFolder);
  const histogram = new LatencyHistogram();
  for (const tookNs of await host.syncTimes(folder, SYNCS)) histogram.record(tookNs);
  const us = (percentile: number): number => histogram.percentileUs(percentile) ?? 0;
  const ms = (percentile: number): string => (us(percentile) / 1_000).toFixed(2);
  const times = `p50 ${ms(50)}, p90 ${ms(90)}, p99 ${ms(99)}, max ${ms(100)} ms`;
  const found = `sync of 4 KiB in ${folder}: ${times}`;
  const wanted = `p99 of at most ${SYNC_US_WANTED / 1_000} ms: a disk of its own, no network disk`;
  const figures = { syncs: SYNCS, p50Us: us(50), p90Us: us(90), p99Us: us(99), maxUs: us(100) };
  if (us(50) > SYNC_US_MAX) return { ...bad(found, wanted), figures };
  return { ...(us(99) > SYNC_US_WANTED ? weak(found, wanted) : good(found)), figures };
}

function spaceFinding(host: Host, dataFolder: string, config: Config | null): Finding {
  const folder = nearestFolder(host, dataFolder);
  const { freeBytes, totalBytes } = host.env.files.space(folder);
  const fraction = totalBytes === 0 ? 0 : freeBytes / totalBytes;
  const share = `${(100 * fraction).toFixed(0)} %`;
  const found = `${Math.floor(freeBytes / MIB)} MiB free in ${folder}, ${share}`;
  const { freeFraction } = new LimitBook(config?.breakers ?? defaultBreakerSettings()).of(
    auditHealth,
  );
  if (fraction < freeFraction) {
    return bad(found, `at least ${100 * freeFraction} %: no record, no trade (C33)`);
  }
  const budgetMiB = config?.journal.budgetMiB ?? 0;
  return freeBytes < budgetMiB * MIB
    ? weak(found, `${budgetMiB} MiB, the budget of the journal, or a smaller journal.budgetMiB`)
    : good(found);
}

/** A data directory is not made for a look at it: the folder above is on the same disk. */
export function nearestFolder(host: Host, dataFolder: string): string {
  // What does not belong into a data directory does not go there, not even for a moment.
  let folder = host.modeOf(`${dataFolder}/run`) === null ? dataFolder : `${dataFolder}/run`;
  while (host.modeOf(folder) === null) {
    const above = dirname(folder);
    assert(above !== folder, 'there is a root folder');
    folder = above;
  }
  return folder;
}
