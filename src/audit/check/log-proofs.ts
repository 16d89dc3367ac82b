import { err, ok, type Result } from '../../core/result.ts';
import type { NodeAt } from '../tree/merkle-range.ts';
import { consistencyProof, inclusionProof } from '../tree/proofs.ts';
import { tileNode, tileOfNode, tilePath } from '../tree/tiles.ts';
import type { AuditFinding } from './finding.ts';
import type { LogSource } from './verify-log.ts';

/**
 * Proof that an entry is in the log at a size, from its tiles: about one of them a level.
 *
 * @param index 0 … `size` - 1, and `size` at most that of the checkpoint
 */
export function proveInclusion(
  source: LogSource,
  index: number,
  size: number,
): Result<Uint8Array[], AuditFinding> {
  return proven(source, size, (nodeAt) => inclusionProof(index, size, nodeAt));
}

/**
 * Proof that the log of one size was once that of a smaller one.
 *
 * @param older 1 … `newer`, which is at most the size of the checkpoint
 */
export function proveConsistency(
  source: LogSource,
  older: number,
  newer: number,
): Result<Uint8Array[], AuditFinding> {
  return proven(source, newer, (nodeAt) => consistencyProof(older, newer, nodeAt));
}

/** Passes up through a proof where a tile is not there. */
class MissingTile extends Error {
  readonly finding: AuditFinding;

  constructor(finding: AuditFinding) {
    super('a tile is missing');
    this.finding = finding;
  }
}

function proven(
  source: LogSource,
  size: number,
  prove: (nodeAt: NodeAt) => Uint8Array[],
): Result<Uint8Array[], AuditFinding> {
  const nodeAt: NodeAt = (level, index) => {
    const { from, count, ...address } = tileOfNode(size, level, index);
    const tile = source.tile(address);
    if (tile !== null) return tileNode(tile, from, count);
    const where = tilePath(address);
    const expected = 'a tile; open the log for writing to make it again';
    const missing = { kind: 'audit-finding', what: 'tile-damaged', index: null, where } as const;
    throw new MissingTile({ ...missing, found: 'no such tile', expected });
  };
  try {
    return ok(prove(nodeAt));
  } catch (thrown) {
    if (thrown instanceof MissingTile) return err(thrown.finding);
    throw thrown;
  }
}
